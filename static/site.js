// Small conveniences. Every page works without this file; nothing here is a safeguard.
"use strict";

(function () {
  const page = document.documentElement;

  function each(root, selector, work) {
    if (root.matches && root.matches(selector)) work(root);
    root.querySelectorAll(selector).forEach(work);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  // ---- toasts ----
  function toast(text, action, act) {
    const box = element("div", { className: "toast" });
    box.append(element("span", { textContent: text }));
    const close = element("button", { type: "button", textContent: action || "知道了" });
    close.addEventListener("click", () => { box.remove(); if (act) act(); });
    box.append(close);
    document.getElementById("toasts").append(box);
    if (!act) setTimeout(() => box.remove(), 12000);
  }
  document.addEventListener("toast", (event) => toast(event.detail.value));
  document.addEventListener("htmx:responseError", () => toast("系统暂时没有办成，请过一会儿再试。"));
  document.addEventListener("htmx:sendError", () => toast("网络好像断了，请检查网络后再试。"));

  // ---- something is running ----
  function busy(on) { document.body.classList.toggle("busy", on); }
  document.addEventListener("htmx:beforeRequest", () => busy(true));
  document.addEventListener("htmx:afterRequest", () => busy(false));

  // ---- a form is sent once; the server takes a second one for the same anyway ----
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.defaultPrevented) return;
    form.dataset.sent = "1";
    busy(true);
    const buttons = form.querySelectorAll("button:not([type=button])");
    setTimeout(() => buttons.forEach((button) => button.setAttribute("aria-disabled", "true")), 0);
  });
  window.addEventListener("pageshow", () => {
    busy(false);
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  // ---- typed but not saved ----
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) form.dataset.changed = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-changed]:not([data-sent])")) event.preventDefault();
  });

  // ---- 长辈版 without losing what is typed ----
  document.addEventListener("textSize", (event) => {
    const size = event.detail.value;
    page.classList.remove("elder", "elder-1", "elder-2", "elder-3");
    if (size) page.classList.add("elder", "elder-" + size);
  });

  // ---- the session ends soon ----
  const seconds = Number(document.body.dataset.sessionSeconds || 0);
  if (seconds > 180) {
    setTimeout(() => toast("您有一段时间没有操作，再过2分钟会自动退出登录。", "继续使用", () => {
      fetch(location.pathname, { credentials: "same-origin" }).then(() => toast("好的，可以继续填写。"));
    }), (seconds - 120) * 1000);
  }

  // ---- pictures of what was chosen ----
  async function preview(input) {
    const old = input.parentNode.querySelector("[data-previews]");
    if (old) old.remove();
    const list = element("ul", { className: "thumbs" });
    list.dataset.previews = "";
    for (const file of input.files) {
      const entry = element("li", {});
      const big = file.size > 10 * 1024 * 1024;
      try {
        const bitmap = await createImageBitmap(file);
        const canvas = element("canvas", { width: 240, height: Math.round(240 * bitmap.height / bitmap.width) });
        canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        entry.append(canvas);
      } catch (_) { /* HEIC or PDF: the name alone */ }
      entry.append(element("span", { textContent: file.name + (big ? "（超过10MB，请换一张小一点的）" : "") }));
      list.append(entry);
    }
    input.after(list);
  }

  // ---- one long list of places becomes one list per level ----
  function cascade(select) {
    const levels = select.dataset.cascade.split("/");
    const groups = Array.from(select.querySelectorAll("optgroup")).map((group) => ({
      path: group.dataset.path.split("/"), options: Array.from(group.children) }));
    const blank = select.options[0];
    const chosen = select.selectedOptions[0] && select.selectedOptions[0].closest("optgroup");
    const path = chosen ? chosen.dataset.path.split("/") : [];
    const box = element("div", { className: "cascade" });
    select.before(box);
    const uppers = levels.slice(0, -1).map((level, depth) => {
      const upper = element("select", { className: "input" });
      upper.setAttribute("aria-label", level);
      upper.addEventListener("change", () => { path[depth] = upper.value; path.length = depth + 1; select.value = ""; fill(depth + 1); });
      box.append(upper);
      return upper;
    });
    box.append(select);

    function fill(from) {
      for (let depth = from; depth < uppers.length; depth++) {
        const under = groups.filter((group) => path.slice(0, depth).every((part, i) => group.path[i] === part));
        const names = path.length >= depth ? Array.from(new Set(under.map((group) => group.path[depth]))) : [];
        const options = [element("option", { value: "", textContent: "请选择" + levels[depth] })];
        names.forEach((name) => options.push(element("option", { value: name, textContent: name })));
        uppers[depth].replaceChildren(...options);
        uppers[depth].value = path[depth] || "";
        uppers[depth].hidden = names.length === 0;
      }
      const full = path.length === uppers.length && path.every(Boolean);
      const here = groups.find((group) => full && group.path.join("/") === path.join("/"));
      const value = select.value;
      blank.textContent = "请选择" + levels[levels.length - 1];
      select.replaceChildren(blank, ...(here ? here.options : []));
      select.value = value;
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      select.hidden = !here;
    }
    fill(0);
  }

  // ---- 手写签名 ----
  function signature(field) {
    const pad = field.querySelector("[data-signature-pad]");
    const canvas = pad.querySelector("canvas");
    const drawn = field.querySelector("input[type=hidden]");
    const pen = canvas.getContext("2d");
    let down = false;
    pad.hidden = false;
    function fit() {
      const scale = Math.min(window.devicePixelRatio || 1, 2);
      canvas.width = canvas.clientWidth * scale;
      canvas.height = canvas.clientHeight * scale;
      pen.scale(scale, scale);
      pen.lineWidth = 3;
      pen.lineCap = pen.lineJoin = "round";
      drawn.value = "";
    }
    fit();
    canvas.addEventListener("pointerdown", (event) => {
      down = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(event.offsetX, event.offsetY);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!down) return;
      pen.lineTo(event.offsetX, event.offsetY);
      pen.stroke();
    });
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => {
      if (down) drawn.value = canvas.toDataURL("image/png");
      down = false;
    }));
    pad.querySelector("[data-signature-clear]").addEventListener("click", fit);
  }

  function enhance(root) {
    each(root, "input[data-preview]", (input) => input.addEventListener("change", () => preview(input)));
    each(root, "select[data-cascade]", cascade);
    each(root, "[data-signature]", signature);
    each(root, "[data-print]", (button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
    each(root, "[data-focus]", (notice) => notice.focus());
  }
  enhance(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
})();
