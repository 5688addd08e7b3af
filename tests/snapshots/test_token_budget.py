# quicktok's compiled part ships no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""What the tools cost in every chat: counted by o200k_base, whose table is in a wheel."""

import quicktok

from definitions import listed_tools

BUDGET = 6000
MOST_TOOLS = 17


async def test_all_tools_together_stay_below_the_token_budget() -> None:
    tools = await listed_tools()
    shown = {t.name: t.model_dump_json(by_alias=True, exclude_none=True) for t in tools}
    counts = {name: len(_tokens(text)) for name, text in shown.items()}
    total = len(_tokens(f"[{','.join(shown.values())}]"))
    assert len(tools) <= MOST_TOOLS
    assert total < BUDGET, f"{total} tokens; {counts}"


def test_the_tokeniser_is_the_one_that_it_says_it_is() -> None:
    """The numbers are those of the npm package gpt-tokenizer 4.0.0."""
    assert _tokens("hello world") == [24912, 2375]
    assert _tokens("antidisestablishmentarianism") == [493, 129901, 376, 160388, 21203, 2367]


def _tokens(text: str) -> list[int]:
    return list(quicktok.get_encoding("o200k_base").encode(text))
