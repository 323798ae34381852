"""Whatever law the domain cites stands in docs/articles.md with its sentence."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMBER = "[零一二三四五六七八九十百]+"
ARTICLE = re.compile(rf"第{NUMBER}条")
# A law by name with one or several articles: 规程第九条第二款、第十条.
BY_NAME = re.compile(
    rf"(规程|民法典|社会保险法|经办条例|个人信息保护法|无障碍环境建设法|放假办法|松山办法)"
    rf"((?:第{NUMBER}条(?:第{NUMBER}款)?[、和]?)+)"
)
# A document by number, and the section of it that is meant: 国发〔2014〕8号 二.
ISSUER = "国发|国办发|国办发明电|人社部发|人社部规|人社厅发|劳社厅函|财社|财会|税总办发|赤松政办发|临政办字"
BY_DOCUMENT = re.compile(rf"((?:{ISSUER})〔\d{{4}}〕\d+号)(?: ({NUMBER})(?![\u4e00-\u9fff]))?")
WORKFLOW = re.compile(rf"湖南省经办工作流程{NUMBER}")


def cited(text: str) -> set[str]:
    found = {name + article for name, articles in BY_NAME.findall(text) for article in ARTICLE.findall(articles)}
    found |= {f"{document} {section}".strip() for document, section in BY_DOCUMENT.findall(text)}
    return found | set(WORKFLOW.findall(text))


def missing(text: str, articles: str) -> set[str]:
    return {each for each in cited(text) if each not in articles}


def test_every_article_the_domain_cites_is_written_down() -> None:
    articles = (ROOT / "docs" / "articles.md").read_text(encoding="utf-8")
    absent = {
        f"{path.relative_to(ROOT).as_posix()}: {each}"
        for path in sorted((ROOT / "domain").rglob("*.py"))
        for each in missing(path.read_text(encoding="utf-8"), articles)
    }
    assert absent == set()


def test_the_search_sees_every_way_of_citing() -> None:
    text = '"规程第九条第二款、第十条" (民法典第二百零一条; 国发〔2014〕8号 二) 湖南省经办工作流程三 附件3, 社会保险经办条例第五十二条'
    assert cited(text) == {
        "规程第九条",
        "规程第十条",
        "民法典第二百零一条",
        "国发〔2014〕8号 二",
        "湖南省经办工作流程三",
        "经办条例第五十二条",
    }
    assert missing(text, "规程第九条 民法典第二百零一条 国发〔2014〕8号 三 湖南省经办工作流程三") == {
        "规程第十条",
        "国发〔2014〕8号 二",
        "经办条例第五十二条",
    }
