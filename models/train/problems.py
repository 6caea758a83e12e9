"""Problem generators: question, expected answer and the keys the pair gives away.

Every generator takes a seeded `random.Random` and nothing else, so a seed names a data stream. `keys` lists every
problem whose answer the text shows, intermediate steps included; a sample is trained on only if none of them is held
out.
"""

import json
import string
from dataclasses import dataclass
from random import Random
from typing import Callable

import words
from heldout import (
    count_key, is_held_out, json_key, letters_key, number_key, sequence_key, string_key,
)


@dataclass(frozen=True)
class Problem:
    """One question with its answer; empty `keys` mark what is trained on by design: facts and truth tables."""

    task: str
    keys: tuple[str, ...]
    question: str
    answer: str


def pick_letters(rng: Random, shortest: int, longest: int) -> str:
    return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.randint(shortest, longest)))


def two_different(rng: Random, low: int, high: int) -> tuple[int, int]:
    first, second = rng.sample(range(low, high + 1), 2)
    return first, second


# Arithmetic


def add_two_digits(rng: Random) -> Problem:
    return addition("add2", rng, 1, 99)


def add_three_digits(rng: Random) -> Problem:
    return addition("add3", rng, 100, 999)


def addition(task: str, rng: Random, low: int, high: int) -> Problem:
    a, b = rng.randint(low, high), rng.randint(low, high)
    question = rng.choice((f"What is {a} + {b}?", f"{a} + {b} = ?", f"Add {a} and {b}."))
    return Problem(task, (number_key("add", a, b),), question, str(a + b))


def subtract(rng: Random) -> Problem:
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    question = rng.choice((f"What is {a} - {b}?", f"{a} - {b} = ?", f"Subtract {b} from {a}."))
    return Problem("sub2", (number_key("sub", a, b),), question, str(a - b))


def product_question(rng: Random, a: int, b: int) -> str:
    return rng.choice((f"What is {a} * {b}?", f"{a} * {b} = ?", f"Multiply {a} by {b}."))


def multiply_by_digit(rng: Random) -> Problem:
    a, b = rng.randint(10, 99), rng.randint(2, 9)
    if rng.random() < 0.3:
        a, b = b, a
    return Problem("mul21", (number_key("mul", a, b),), product_question(rng, a, b), str(a * b))


def multiply_direct(rng: Random) -> Problem:
    a, b = rng.randint(10, 99), rng.randint(10, 99)
    return Problem("mul22", (number_key("mul", a, b),), product_question(rng, a, b), str(a * b))


def multiply_in_steps(rng: Random) -> Problem:
    a, b = rng.randint(10, 99), rng.randint(10, 99)
    tens, ones = b // 10 * 10, b % 10
    lines = (f"{a} * {tens} = {a * tens}", f"{a} * {ones} = {a * ones}", f"{a * tens} + {a * ones} = {a * b}")
    keys = (
        number_key("mul", a, b), number_key("mul", a, tens), number_key("mul", a, ones),
        number_key("add", a * tens, a * ones),
    )
    return Problem("mul22_steps", keys, f"{product_question(rng, a, b)} Think step by step.", "\n".join(lines))


# Comparison and order


def compare(rng: Random) -> Problem:
    a, b = two_different(rng, 100, 999)
    word, answer = rng.choice((("larger", max(a, b)), ("smaller", min(a, b))))
    question = rng.choice((f"Which is {word}, {a} or {b}?", f"Which number is {word}: {a} or {b}?"))
    return Problem("compare", (number_key("cmp", a, b),), question, str(answer))


def greater_yes_no(rng: Random) -> Problem:
    a, b = two_different(rng, 100, 999)
    question = rng.choice((f"Is {a} greater than {b}?", f"Is {a} larger than {b}? Answer yes or no."))
    return Problem("yesno", (number_key("cmp", a, b),), question, "yes" if a > b else "no")


def sort_numbers(rng: Random) -> Problem:
    numbers = rng.sample(range(10, 100), rng.randint(3, 4))
    question = f"Sort the numbers: {', '.join(map(str, numbers))}"
    return Problem("sort_numbers", (number_key("order", *numbers),), question, ", ".join(map(str, sorted(numbers))))


# Strings


def copy(rng: Random) -> Problem:
    text = pick_letters(rng, 4, 9)
    return Problem("copy", (string_key(text),), rng.choice((f"Repeat: {text}", f"Copy this text: {text}")), text)


def reverse(rng: Random) -> Problem:
    text = pick_letters(rng, 3, 8)
    question = rng.choice((f"Reverse: {text}", f"Write {text} backwards."))
    return Problem("reverse", (string_key(text),), question, text[::-1])


def sort_letters(rng: Random) -> Problem:
    text = pick_letters(rng, 3, 7)
    question = rng.choice((f"Sort the letters: {text}", f"Put the letters of {text} in order."))
    return Problem("sort_letters", (letters_key(text),), question, "".join(sorted(text)))


def count_letter(rng: Random) -> Problem:
    alphabet = rng.sample(string.ascii_uppercase, 3)
    text = "".join(rng.choice(alphabet) for _ in range(rng.randint(4, 9)))
    letter = rng.choice(alphabet)
    question = rng.choice((f"How many times does {letter} appear in {text}?", f"Count the letter {letter} in {text}."))
    return Problem("count", (count_key(letter, text),), question, str(text.count(letter)))


# Sequences


def arithmetic_terms(rng: Random) -> list[int]:
    step = rng.randint(2, 25)
    if rng.random() < 0.3:
        last = rng.randint(1, 60)
        return [last + step * left for left in (4, 3, 2, 1, 0)]
    first = rng.randint(1, 99)
    return [first + step * i for i in range(5)]


def doubling_terms(rng: Random) -> list[int]:
    ratio, shift = rng.randint(2, 3), rng.randint(-3, 5)
    terms = [rng.randint(4, 20)]
    while len(terms) < 5:
        terms.append(terms[-1] * ratio + shift)
    return terms


def alternating_terms(rng: Random) -> list[int]:
    up, down = rng.randint(3, 20), rng.randint(1, 9)
    terms = [rng.randint(10, 90)]
    while len(terms) < 5:
        terms.append(terms[-1] + (up if len(terms) % 2 else -down))
    return terms


def growing_terms(rng: Random) -> list[int]:
    step, growth = rng.randint(1, 12), rng.randint(1, 6)
    terms = [rng.randint(1, 60)]
    while len(terms) < 5:
        terms.append(terms[-1] + step + growth * (len(terms) - 1))
    return terms


SEQUENCES: dict[str, tuple[Callable[[Random], list[int]], float]] = {
    "arithmetic": (arithmetic_terms, 0.45),
    "alternating": (alternating_terms, 0.2),
    "growing": (growing_terms, 0.2),
    "doubling": (doubling_terms, 0.15),
}


def next_in_sequence(rng: Random) -> Problem:
    kind = rng.choices(list(SEQUENCES), [weight for _, weight in SEQUENCES.values()])[0]
    *shown, answer = SEQUENCES[kind][0](rng)
    listed = ", ".join(map(str, shown))
    question = rng.choice((f"What comes next: {listed}?", f"Which number comes next in {listed}, ...?"))
    return Problem(f"seq_{kind}", (sequence_key(shown),), question, str(answer))


# Multiple choice


def choice(rng: Random, kind: str, keys: tuple[str, ...], stem: str, options: tuple[int, list[int]]) -> Problem:
    """Place the right option among three wrong ones; every position is equally likely."""
    right, wrong = options
    position = rng.randrange(4)
    shown = [*wrong[:position], right, *wrong[position:]]
    lines = [f"{letter}) {value}" for letter, value in zip("ABCD", shown)]
    return Problem(f"mc_{kind}", keys, "\n".join([stem, *lines]), "ABCD"[position])


def near_misses(rng: Random, right: int) -> list[int]:
    offsets = rng.sample([-20, -10, -3, -2, -1, 1, 2, 3, 10, 20], 3)
    return [right + offset for offset in offsets]


def choose_extreme(rng: Random) -> Problem:
    numbers = rng.sample(range(10, 100), 4)
    kind = rng.choice(("largest", "smallest"))
    right = max(numbers) if kind == "largest" else min(numbers)
    wrong = [n for n in numbers if n != right]
    return choice(rng, kind, (number_key("order", *numbers),), f"Which number is the {kind}?", (right, wrong))


def choose_parity(rng: Random) -> Problem:
    kind = rng.choice(("even", "odd"))
    rest = 0 if kind == "even" else 1
    right = rng.randrange(10 + rest, 100, 2)
    wrong = rng.sample(range(11 - rest, 100, 2), 3)
    return choice(rng, kind, (number_key("parity", right, *wrong),), f"Which number is {kind}?", (right, wrong))


def choose_sum(rng: Random) -> Problem:
    a, b = rng.randint(1, 49), rng.randint(1, 49)
    options = (a + b, near_misses(rng, a + b))
    return choice(rng, "sum", (number_key("add", a, b),), f"Which number equals {a} + {b}?", options)


def choose_next(rng: Random) -> Problem:
    *shown, right = arithmetic_terms(rng)
    stem = f"Which number comes next: {', '.join(map(str, shown))}?"
    return choice(rng, "next", (sequence_key(shown),), stem, (right, near_misses(rng, right)))


def choose_same(rng: Random) -> Problem:
    right, *wrong = rng.sample(range(10, 100), 4)
    return choice(rng, "same", (number_key("same", right, *wrong),), f"Which option is {right}?", (right, wrong))


# Extraction


def compact_json(fields: dict[str, object]) -> str:
    return json.dumps(fields, separators=(",", ":"))


def extract_person(rng: Random) -> Problem:
    name, age, city = rng.choice(words.NAMES), rng.randint(11, 98), rng.choice(words.CITIES)
    sentence = rng.choice((
        f"{name} is {age} years old and lives in {city}.",
        f"{name}, aged {age}, comes from {city}.",
        f"In {city} I met {name}, who is {age}.",
    ))
    answer = compact_json({"name": name, "age": age, "city": city})
    question = f"Extract name, age and city as JSON: {sentence}"
    return Problem("json_person", (json_key("person", name, age, city),), question, answer)


def extract_order(rng: Random) -> Problem:
    name, count, item = rng.choice(words.NAMES), rng.randint(11, 98), rng.choice(words.ITEMS)
    price = rng.randint(100, 999)
    sentence = rng.choice((
        f"{name} ordered {count} {item} for {price} euros.",
        f"For {price} euros, {name} bought {count} {item}.",
        f"The order of {name}: {count} {item}, {price} euros in total.",
    ))
    answer = compact_json({"customer": name, "item": item, "quantity": count, "total": price})
    question = f"Extract customer, item, quantity and total as JSON: {sentence}"
    return Problem("json_order", (json_key("order", name, item, count, price),), question, answer)


def extract_event(rng: Random) -> Problem:
    event, place = rng.choice(words.EVENTS), rng.choice(words.PLACES)
    day, hour = rng.choice(words.DAYS), rng.randint(7, 23)
    sentence = rng.choice((
        f"The {event} at the {place} starts on {day} at {hour}:00.",
        f"On {day} there is a {event} at the {place}, {hour}:00.",
        f"Come to the {place} on {day} at {hour}:00 for the {event}.",
    ))
    answer = compact_json({"event": event, "place": place, "day": day, "hour": hour})
    question = f"Extract event, place, day and hour as JSON: {sentence}"
    return Problem("json_event", (json_key("event", event, place, day, hour),), question, answer)


# A little of everything else


def parity(rng: Random) -> Problem:
    number = rng.randint(1000, 9999)
    return Problem("parity", (f"parity {number}",), f"Is {number} even or odd?", "odd" if number % 2 else "even")


def word_problem(rng: Random) -> Problem:
    name, item = rng.choice(words.NAMES), rng.choice(words.ITEMS)
    a, b = rng.randint(10, 60), rng.randint(2, 40)
    if rng.random() < 0.5:
        question = f"{name} has {a} {item} and buys {b} more. How many {item} does {name} have now?"
        return Problem("word", (number_key("add", a, b),), question, str(a + b))
    a, b = max(a, b), min(a, b)
    question = f"{name} has {a} {item} and gives away {b}. How many {item} does {name} have left?"
    return Problem("word", (number_key("sub", a, b),), question, str(a - b))


def fact(rng: Random) -> Problem:
    if rng.random() < 0.6:
        country = rng.choice(list(words.CAPITALS))
        return Problem("fact", (), f"What is the capital of {country}?", words.CAPITALS[country])
    word = rng.choice(list(words.OPPOSITES))
    return Problem("fact", (), f"What is the opposite of {word}?", words.OPPOSITES[word])


def sentiment(rng: Random) -> Problem:
    positive, negated = rng.random() < 0.5, rng.random() < 0.3
    adjective = rng.choice(words.PRAISE if positive else words.BLAME)
    thing = rng.choice(words.THINGS)
    sentence = f"The {thing} was {'not ' if negated else ''}{adjective}."
    key = f"sentiment {thing} {'not ' if negated else ''}{adjective}"
    answer = "positive" if positive != negated else "negative"
    return Problem("sentiment", (key,), f"Positive or negative? {sentence}", answer)


def logic(rng: Random) -> Problem:
    values = [rng.random() < 0.5 for _ in range(3)]
    a, b, c = (str(value).lower() for value in values)
    inner, outer = rng.choice(("and", "or")), rng.choice(("and", "or"))
    within = values[0] and values[1] if inner == "and" else values[0] or values[1]
    answer = within and values[2] if outer == "and" else within or values[2]
    expression = f"({a} {inner} {b}) {outer} {c}"
    return Problem("logic", (), f"Evaluate: {expression}", str(answer).lower())


MIXTURE: tuple[tuple[Callable[[Random], Problem], float], ...] = (
    (add_two_digits, 1.0), (add_three_digits, 1.2), (subtract, 1.2), (multiply_by_digit, 1.2),
    (compare, 0.7), (greater_yes_no, 0.5),
    (copy, 0.6), (reverse, 1.0), (sort_letters, 0.9), (count_letter, 0.9),
    (next_in_sequence, 2.0),
    (choose_extreme, 0.9), (choose_parity, 0.6), (choose_sum, 0.7), (choose_next, 0.5), (choose_same, 0.6),
    (extract_person, 0.4), (extract_order, 0.4), (extract_event, 0.4),
    (multiply_direct, 0.8), (multiply_in_steps, 1.8),
    (parity, 0.15), (word_problem, 0.4), (fact, 0.3), (sentiment, 0.15), (logic, 0.1), (sort_numbers, 0.3),
)


def pick_generator(rng: Random) -> Callable[[Random], Problem]:
    """One generator, by its weight in the mixture."""
    return rng.choices([generator for generator, _ in MIXTURE], [weight for _, weight in MIXTURE])[0]


def shows_held_out(problem: Problem) -> bool:
    """True if the text gives away the answer of any held-out problem."""
    return any(is_held_out(key) for key in problem.keys)


def draw_trainable(rng: Random, generator: Callable[[Random], Problem]) -> Problem:
    """Draw until nothing held out is shown; the generator is picked before, so the mixture stays as it is."""
    while True:
        problem = generator(rng)
        if not shows_held_out(problem):
            return problem
