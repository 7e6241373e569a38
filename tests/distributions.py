"""What an installer leaves of a distribution in a folder of Python's path, for packages that tests make up."""


def describe(folder, name, version, points):
    """Write a distribution's metadata; ``points`` are the entry points of ravine's group, or bytes of a whole file."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_bytes(
        points if isinstance(points, bytes) else f"[ravine]\n{points}\n".encode()
    )
    return info
