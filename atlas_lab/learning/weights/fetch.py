"""A published file on this machine: licence first, then the cache, then the hub."""

from pathlib import Path
from typing import Any, Protocol

from tqdm.auto import tqdm

from atlas_lab.data import cache
from atlas_lab.data.hub_errors import hub_errors
from atlas_lab.errors import InputError
from atlas_lab.learning.weights.sources import Source
from atlas_lab.runs.files import user_errors


class HubClient(Protocol):
    """The one call of `huggingface_hub.HfApi` that is made."""

    def hf_hub_download(self, repo_id: str, filename: str, *, local_dir: str | Path) -> Any: ...


def fetch(source: Source, *, accept_licence: bool, client: HubClient | None = None) -> Path:
    """The file, from the cache or else the hub, once the licence is accepted; the licence is printed first.

    InputError: the licence is not accepted, no connection, no access, disk full.
    """
    if not accept_licence:
        raise InputError(
            f"{source.name}: read its licence first: {source.licence}. Pass accept_licence=True when you accept it"
            f" (file {source.file} of https://huggingface.co/{source.repo})"
        )
    tqdm.write(f"{source.name}: licence: {source.licence}")
    folder = (cache.folder() or cache.temporary_folder()) / "weights" / source.repo.replace("/", "--")
    path = folder / source.file
    if not path.is_file():  # the hub's client gives a file its name when it is whole
        _download(source, folder, client)
    return path


def _download(source: Source, folder: Path, client: HubClient | None) -> None:
    from huggingface_hub import HfApi, errors

    page = f"https://huggingface.co/{source.repo}"
    with user_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with hub_errors(source.repo), user_errors(folder / source.file):
        try:
            (client or HfApi()).hf_hub_download(source.repo, source.file, local_dir=folder)
        except errors.GatedRepoError as error:
            raise InputError(f"{source.name}: ask for access at {page}; then set HF_TOKEN to your token") from error
        except errors.LocalEntryNotFoundError:  # the hub cannot be reached
            raise
        except (errors.RepositoryNotFoundError, errors.EntryNotFoundError) as error:
            raise InputError(f"{source.name}: {source.file} is no longer at {page}; give the file's path instead") from error
