"""How right recognised speech is: the word error rate."""

import re


def word_error_rate(truth: str, heard: str) -> float:
    """Wrong, missing and added words for each word of the truth; case and punctuation aside."""
    wanted, got = _words(truth), _words(heard)
    row = list(range(len(got) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(got, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, before + (word != other))
            before, row[place] = row[place], cost
    return row[-1] / max(1, len(wanted))


def _words(text: str) -> list[str]:
    spelt = re.sub(r"\bmr\.?(?=\s)", "mister", text.casefold())
    return re.findall(r"[\w']+", spelt.replace("-", " "))
