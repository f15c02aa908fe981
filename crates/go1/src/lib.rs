//! OAuth2 client and typed API endpoints for Go1.
