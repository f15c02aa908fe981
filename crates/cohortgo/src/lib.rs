//! OAuth2 client and typed API endpoints for Cohort Go.
