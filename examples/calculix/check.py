#!/usr/bin/env python3
"""Compares the tip deflection that CalculiX found with beam theory's; fails if they differ by more than 2 %.

Usage: check.py NAME      reads NAME.inp (written by make_deck.py) and NAME.dat (written by ccx), writes NAME.csv.
"""
import json
import math
import sys

LIMIT = 2.0  # percent
MARK = "** cantilever "


def fail(text):
    sys.exit(f"check.py: {text}")


def read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().splitlines()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"{path} is not text.")


def beam_theory(length, width, height, load, e, nu):
    """Bending after Euler and Bernoulli, and what Timoshenko adds for shear; the latter with Cowper's coefficient."""
    inertia = width * height**3 / 12
    coefficient = 10 * (1 + nu) / (12 + 11 * nu)
    shear_modulus = e / (2 * (1 + nu))
    return load * length**3 / (3 * e * inertia), load * length / (coefficient * shear_modulus * width * height)


def tip_deflections(lines, path):
    """The z displacements of the one table that the deck asks for: node, ux, uy, uz."""
    found = []
    for line in lines:
        words = line.split()
        if len(words) != 4 or not words[0].isdigit():
            continue
        try:
            found.append(-float(words[3]))
        except ValueError:
            fail(f"{path} has a line that is not a displacement: {line.strip()}")
    if not all(map(math.isfinite, found)):
        fail(f"{path} has displacements that are not finite: the solution failed.")
    return found


def main():
    if len(sys.argv) != 2:
        fail("say the name of the calculation, without an ending.")
    name = sys.argv[1]
    deck = read(f"{name}.inp")
    if not deck or not deck[0].startswith(MARK):
        fail(f"{name}.inp was not written by make_deck.py.")
    parameters = json.loads(deck[0][len(MARK):])
    start = deck.index("*NSET, NSET=TIP") + 1
    nodes = next(count for count, line in enumerate(deck[start:]) if line.startswith("*"))
    found = tip_deflections(read(f"{name}.dat"), f"{name}.dat")
    if len(found) != nodes:
        fail(f"{name}.dat has {len(found)} displacements for the tip's {nodes} nodes: ccx did not finish.")

    bending, shear = beam_theory(**parameters)
    theory, solved = bending + shear, math.fsum(found) / len(found)
    difference = 100 * (solved / theory - 1)
    print(f"tip deflection, CalculiX      {solved:12.6f} mm  (mean of {nodes} nodes)")
    print(f"tip deflection, beam theory   {theory:12.6f} mm  (bending {bending:.6f} + shear {shear:.6f})")
    print(f"difference                    {difference:+12.3f} %   (limit {LIMIT:g} %)")
    with open(f"{name}.csv", "w", encoding="ascii") as file:
        file.write(f"{solved:.6f},{theory:.6f},{difference:+.3f}\n")
    if abs(difference) > LIMIT:
        fail("CalculiX and beam theory disagree.")


if __name__ == "__main__":
    main()
