"""Starts target-sqlite 0.2.0 (2019) on a Python that no longer has the names that it uses."""

import collections
import collections.abc

vars(collections)["MutableMapping"] = collections.abc.MutableMapping

from target_sqlite import main  # noqa: E402

main()
