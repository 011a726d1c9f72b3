"""Classes by name, to which others add theirs."""

import pkgutil
from collections.abc import Collection, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Collection[str], Generic[T]):
    """Names to classes; ours stand in it by address, so that only what is used is loaded."""

    def __init__(self, what: str, addresses: dict[str, str], hint: str = "") -> None:
        """Begins with our own classes.

        Args:
            what: what the names are of, as it stands in messages.
            addresses: `module:Class` by name.
            hint: what the message about an unknown name says besides.
        """
        self._what, self._hint = what, hint
        self._classes: dict[str, str | type[T]] = dict(addresses)

    def register(self, name: str, cls: type[T]) -> type[T]:
        """Makes a class known under a name; to do so twice is no mistake.

        Raises:
            ValueError: another class goes by that name.
        """
        known = self._classes.setdefault(name, cls)
        if known not in (cls, f"{cls.__module__}:{cls.__qualname__}"):
            raise ValueError(f"{self._what} {name!r} is registered already")
        self._classes[name] = cls
        return cls

    def find(self, name: str) -> type[T]:
        """The class of that name.

        Raises:
            ValueError: there is none.
        """
        found = self._classes.get(name)
        if found is None:
            known = ", ".join(map(repr, self))
            raise ValueError(f"{self._what} must be one of {known}, got {name!r}{self._hint}")
        if isinstance(found, str):
            loaded: type[T] = pkgutil.resolve_name(found)
            self._classes[name] = loaded
            return loaded
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)
