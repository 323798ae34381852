"""`pension users`: the first administrator, and mending when nobody can log in. Everything else is done on the site."""

import argparse
from collections.abc import Awaitable, Callable

from db.queries import access as access_query
from db.queries import clock
from db.stores.security.staff import NewUser
from domain import access
from domain.actor import POST_TITLES, Post
from domain.agency import worker
from domain.errors import NotFound
from ops import place
from web import passwords

FIRST_LOGIN = "The password is shown once. At the first login it is changed and the authenticator app is set up."


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    users = commands.add_parser("users", help="staff users, from the command line").add_subparsers(required=True)
    new = _command(users, "add", "a new user; prints the login name and the first password", add_user)
    new.add_argument("--name", required=True)
    new.add_argument("--organisation", required=True)
    new.add_argument("--region", help="6 digits for the county (usual), 8 for a township")
    new.add_argument(
        "--post", action="append", default=[], choices=[post.value for post in Post], help="may be repeated"
    )
    freeze = _command(users, "freeze", "no login from now on; nothing is deleted", freeze_user)
    freeze.add_argument("login_name")
    freeze.add_argument("--reason", required=True)
    _command(users, "reset", "a new first password", reset_user).add_argument("login_name")
    _command(users, "list", "all users of the county with their posts of today", list_users)


def _command(
    users: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    work: Callable[[argparse.Namespace], Awaitable[None]],
) -> argparse.ArgumentParser:
    parser = users.add_parser(name, help=help_text)
    parser.add_argument("--county", required=True, type=int, help="the agency's code, 6 digits")
    parser.set_defaults(run=lambda asked: place.run_with_database(lambda: work(asked)))
    return parser


async def add_user(asked: argparse.Namespace) -> None:
    password, password_hash = await passwords.first()
    user = NewUser(
        county_code=asked.county,
        name=asked.name,
        region_code=asked.region or f"{asked.county:06d}",
        organisation=asked.organisation,
        password_hash=password_hash,
    )
    posts = tuple(Post(post) for post in asked.post)
    _, login_name = await access.add_user(user, posts, worker(asked.county), await clock.now())
    print(f"login name  {login_name}\npassword    {password}\n{FIRST_LOGIN}")


async def freeze_user(asked: argparse.Namespace) -> None:
    staff_id = await _id_of(asked)
    await access.freeze_user(asked.county, staff_id, asked.reason, worker(asked.county), await clock.now())
    print(f"{asked.login_name} is frozen")


async def reset_user(asked: argparse.Namespace) -> None:
    password, password_hash = await passwords.first()
    staff_id = await _id_of(asked)
    await access.reset_user(asked.county, staff_id, password_hash, worker(asked.county), await clock.now())
    print(f"login name  {asked.login_name}\npassword    {password}\n{FIRST_LOGIN}")


async def list_users(asked: argparse.Namespace) -> None:
    for user in await access_query.staff(asked.county, f"{asked.county:06d}", (await clock.now()).date()):
        posts = "、".join(POST_TITLES[Post(post)] for post in user.posts) or "—"
        frozen = f"  frozen: {user.frozen_reason}" if user.frozen_at else ""
        print(f"{user.login_name}  {user.name}  {user.region_code} {user.organisation}  {posts}{frozen}")


async def _id_of(asked: argparse.Namespace) -> int:
    staff_id = await access_query.staff_id_of(asked.county, asked.login_name)
    if staff_id is None:
        raise NotFound(f"there is no user {asked.login_name} in {asked.county}")
    return staff_id
