"""HTTP: the app, its middleware, its routes and its OpenAPI document."""
