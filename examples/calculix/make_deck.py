#!/usr/bin/env python3
"""Writes a CalculiX deck of a cantilever: rectangular section, clamped at x = 0, a force in -z spread over its tip.

Elements are C3D8I, bricks with incompatible modes, which bend without locking. Units: mm, N, MPa.
"""
import argparse
import json
import math
import sys

MAX_NODES = 2_000_000


def number(text, accept, what):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not accept(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value


def positive(text):
    return number(text, lambda value: value > 0, "a number above 0")


def poisson(text):
    return number(text, lambda value: 0 <= value < 0.5, "a number from 0 up to, not including, 0.5")


def divisions(text):
    try:
        counts = tuple(int(part) for part in text.lower().split("x"))
    except ValueError:
        counts = ()
    if len(counts) != 3 or min(counts) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not three counts above 0, such as 100x10x10")
    if math.prod(count + 1 for count in counts) > MAX_NODES:
        raise argparse.ArgumentTypeError(f"{text!r} makes more than {MAX_NODES} nodes")
    return counts


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deck", help="file to write, ending in .inp")
    parser.add_argument("--length", type=positive, default=1000.0, help="mm, along x (%(default)s)")
    parser.add_argument("--width", type=positive, default=50.0, help="mm, along y (%(default)s)")
    parser.add_argument("--height", type=positive, default=100.0, help="mm, along z (%(default)s)")
    parser.add_argument("--load", type=positive, default=10000.0, help="N, in all (%(default)s)")
    parser.add_argument("--e", type=positive, default=210000.0, help="Young's modulus, MPa (%(default)s)")
    parser.add_argument("--nu", type=poisson, default=0.3, help="Poisson's ratio (%(default)s)")
    parser.add_argument("--divisions", type=divisions, default=(100, 10, 10), metavar="XxYxZ",
                        help="elements along length, width and height (100x10x10)")
    given = parser.parse_args()
    if not given.deck.endswith(".inp"):
        parser.error("the deck's name must end in .inp")
    if given.length < 5 * max(given.width, given.height):
        parser.error("the beam is shorter than five times its section: beam theory would not hold")
    return given


def lines(beam):
    nx, ny, nz = beam.divisions

    def node(i, j, k):
        return 1 + (i * (ny + 1) + j) * (nz + 1) + k

    # check.py reads the parameters from here, so that both always mean the same beam.
    parameters = {name: getattr(beam, name) for name in ("length", "width", "height", "load", "e", "nu")}
    yield f"** cantilever {json.dumps(parameters)}"
    yield "*NODE, NSET=ALL"
    for i in range(nx + 1):
        for j in range(ny + 1):
            for k in range(nz + 1):
                x, y, z = beam.length * i / nx, beam.width * j / ny, beam.height * k / nz
                yield f"{node(i, j, k)}, {x:.9g}, {y:.9g}, {z:.9g}"
    yield "*ELEMENT, TYPE=C3D8I, ELSET=BEAM"
    element = 0
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                element += 1
                near = [node(i, j, k), node(i + 1, j, k), node(i + 1, j + 1, k), node(i, j + 1, k)]
                yield ", ".join(map(str, [element, *near, *(number + 1 for number in near)]))
    for name, i in (("ROOT", 0), ("TIP", nx)):
        yield f"*NSET, NSET={name}"
        yield from (f"{node(i, j, k)}," for j in range(ny + 1) for k in range(nz + 1))
    yield "*MATERIAL, NAME=METAL\n*ELASTIC"
    yield f"{beam.e:.9g}, {beam.nu:.9g}"
    yield "*SOLID SECTION, ELSET=BEAM, MATERIAL=METAL"
    yield "*BOUNDARY\nROOT, 1, 3"
    yield "*STEP\n*STATIC\n*CLOAD"
    # A uniform shear: an inner node bears four quarters of a face, one on an edge two, a corner one.
    quarter = beam.load / (4 * ny * nz)
    for j in range(ny + 1):
        for k in range(nz + 1):
            share = quarter * (1 if j in (0, ny) else 2) * (1 if k in (0, nz) else 2)
            yield f"{node(nx, j, k)}, 3, {-share:.9g}"
    yield "*NODE PRINT, NSET=TIP\nU"
    yield "*NODE FILE\nU\n*EL FILE\nS\n*END STEP"


def main():
    beam = arguments()
    try:
        with open(beam.deck, "w", encoding="ascii") as deck:
            deck.writelines(line + "\n" for line in lines(beam))
    except OSError as error:
        sys.exit(f"make_deck.py: {beam.deck} cannot be written: {error.strerror}.")
    print(f"{beam.deck}: {math.prod(beam.divisions)} elements, "
          f"{math.prod(count + 1 for count in beam.divisions)} nodes.")


if __name__ == "__main__":
    main()
