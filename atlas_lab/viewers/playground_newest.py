"""Work that only the newest order is worth: a slider moves faster than a tumour grows."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Order = TypeVar("Order")


class Newest(Generic[Order]):
    """Calls `work(order)` for the newest order in a thread that lives as long as there are orders.

    An order that comes while another is being worked on waits, and is forgotten when a newer one comes.
    """

    def __init__(self, work: Callable[[Order], None]) -> None:
        self._work = work
        self._state = threading.Condition()
        self._orders: list[Order] = []  # none or one
        self._due = 0.0
        self._waited = 0  # for by so many threads
        self._thread: threading.Thread | None = None

    def ask(self, order: Order, rest: float = 0.0) -> None:
        """Have it done, after `rest` seconds in which no other one comes."""
        with self._state:
            self._orders, self._due = [order], time.monotonic() + rest
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="playground", daemon=True)
                self._thread.start()
            self._state.notify_all()

    @property
    def waiting(self) -> bool:
        """Whether there is a newer order than the one being worked on."""
        return bool(self._orders)

    def wait(self) -> None:
        """Return when the newest order is done; it begins at once, without a rest."""
        with self._state:
            self._waited += 1
            self._state.notify_all()
            self._state.wait_for(lambda: self._thread is None)
            self._waited -= 1

    def quiet(self, seconds: float) -> bool:
        """For the work itself: whether no newer order comes for so long, or somebody waits for this one."""
        with self._state:
            self._state.wait_for(lambda: self._orders or self._waited, seconds)
            return not self._orders

    def _run(self) -> None:
        while orders := self._next():
            self._work(orders[0])

    def _next(self) -> list[Order]:
        with self._state:
            while self._orders and not self._waited and (left := self._due - time.monotonic()) > 0:
                self._state.wait(left)
            orders, self._orders = self._orders, []
            if not orders:
                self._thread = None
                self._state.notify_all()
            return orders
