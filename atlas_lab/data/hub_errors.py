"""What can go wrong between here and the Hugging Face hub, in a user's words."""

import contextlib
from collections.abc import Iterator

from atlas_lab.errors import InputError


class Offline(InputError):
    """The network, or the server, cannot be reached."""


@contextlib.contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """Turn what `huggingface_hub` raises into a one-line InputError about `repo`."""
    from huggingface_hub import errors

    # the base of both transport and status errors, whichever HTTP library this version of the hub client uses
    http_error: type[BaseException] = errors.HfHubHTTPError.__bases__[0]
    try:
        yield
    except InputError:
        raise
    except errors.GatedRepoError as error:
        raise InputError(
            f"{repo}: access must be asked for at https://huggingface.co/datasets/{repo}; then set HF_TOKEN to your token"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise InputError(f"{repo}: is no data set on the hub that you may read; check the name, or set HF_TOKEN") from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) as error:
        raise Offline(_offline(repo)) from error
    except errors.HfHubHTTPError as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"{repo}: the hub refused ({said}); try again later, or set HF_TOKEN if it asks who you are") from error
    except (http_error, ConnectionError, TimeoutError) as error:
        raise Offline(_offline(repo)) from error
    except RuntimeError as error:  # the hub's accelerated transfer knows no other
        raise Offline(f"{repo}: the transfer broke off ({error}); call again to go on where it stopped") from error


def _offline(repo: str) -> str:
    return f"{repo}: the Hugging Face hub cannot be reached; check the connection (or HF_HUB_OFFLINE) and call again to go on"
