"""How people sign in with another system: the protocols of OpenID Connect and GitHub, without pages."""
