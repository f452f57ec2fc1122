from .diffusion import Diffusion as Diffusion
from .model import Model as Model
from .model import open_model as open_model
from .recipe import Recipe as Recipe
from .training import train_autoencoder as train_autoencoder
from .training import train_diffusion as train_diffusion
