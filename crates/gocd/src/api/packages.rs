//! Packages and their repositories.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::plugins::{NewPluginMetadata, PluginMetadata};
use super::usage::Usage;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/packages`: all packages. Since 16.12.0; version 2 since 20.3.0. Source: api.gocd.org,
    /// "Get all packages".
    pub struct Packages;
    GET version(2) "/api/admin/packages" => json(List<Package>, "/_embedded/packages")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/packages/:package_id`: a package, with its entity tag. Since 16.12.0; version 2 since
    /// 20.3.0. Source: api.gocd.org, "Get a Package Material".
    pub struct GetPackage(package_id: String);
    GET version(2) "/api/admin/packages/:package_id" => json_with_etag(Package)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/packages`: creates a package. The server chooses an identifier if none is set. Since
    /// 16.12.0; version 2 since 20.3.0. Source: api.gocd.org, "Create a Package".
    pub struct CreatePackage();
    POST version(2) "/api/admin/packages" body(package: NewPackage) => json(Package)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/packages/:package_id`: replaces a package. The body needs the identifier. Since
    /// 16.12.0; version 2 since 20.3.0. Source: api.gocd.org, "Edit a package".
    pub struct UpdatePackage(package_id: String);
    PUT version(2) "/api/admin/packages/:package_id"
        body(package: NewPackage) if_match(etag) => json_with_etag(Package)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/packages/:package_id`: deletes a package that no pipeline uses. Since 16.12.0.
    /// Source: api.gocd.org, "Delete a package material".
    pub struct DeletePackage(package_id: String);
    DELETE version(2) "/api/admin/packages/:package_id" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/packages/:package_id/usages`: pipelines that use a package.; version 2 since 20.3.0.
    /// Source: api.gocd.org, "Usages of the package".
    pub struct PackageUsages(package_id: String);
    GET version(2) "/api/admin/packages/:package_id/usages" => json(List<Usage>, "/usages")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/repositories`: all package repositories. Since 16.12.0. Source: api.gocd.org, "Get all
    /// Repositories".
    pub struct PackageRepositories;
    GET version(1) "/api/admin/repositories"
        => json(List<PackageRepository>, "/_embedded/package_repositories")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/repositories/:repo_id`: a package repository, with its entity tag. Since 16.12.0.
    /// Source: api.gocd.org, "Get a Repository".
    pub struct GetPackageRepository(repo_id: String);
    GET version(1) "/api/admin/repositories/:repo_id" => json_with_etag(PackageRepository)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/repositories`: creates a package repository. The server chooses an identifier if none
    /// is set. Since 16.12.0. Source: api.gocd.org, "Create a Repository".
    pub struct CreatePackageRepository();
    POST version(1) "/api/admin/repositories"
        body(repository: NewPackageRepository) => json(PackageRepository)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/repositories/:repo_id`: replaces a package repository. The body needs the identifier.
    /// Since 16.12.0. Source: api.gocd.org, "Edit a repository".
    pub struct UpdatePackageRepository(repo_id: String);
    PUT version(1) "/api/admin/repositories/:repo_id"
        body(repository: NewPackageRepository) if_match(etag) => json_with_etag(PackageRepository)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/repositories/:repo_id`: deletes a package repository whose packages no pipeline
    /// uses. Since 16.12.0. Source: api.gocd.org, "Delete a repository".
    pub struct DeletePackageRepository(repo_id: String);
    DELETE version(1) "/api/admin/repositories/:repo_id" => json(Confirmation)
}

response! {
    /// A package: a material of a package repository.
    pub struct Package {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Name.
            name: String,
            /// `true` if the server looks for new revisions.
            auto_update: bool,
            /// Repository.
            package_repo: PackageRepositoryName,
        }
        lists {
            /// Settings.
            configuration: ConfigurationProperty,
        }
    }
}

response! {
    /// The repository of a package.
    pub struct PackageRepositoryName {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Name.
            name: String,
        }
    }
}

request_body! {
    /// A package, to create or replace.
    pub struct NewPackage {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Identifier.
            id: String,
            /// `false` if the server does not look for new revisions.
            auto_update: bool,
            /// Repository.
            package_repo: PackageRepositoryReference,
        }
        nested {
            /// Settings.
            configuration: Vec<NewConfigurationProperty>,
        }
    }
}

request_body! {
    /// The repository of a package.
    pub struct PackageRepositoryReference {
        required {
            /// Identifier.
            id: String,
        }
    }
}

response! {
    /// A package repository.
    pub struct PackageRepository {
        required {
            /// Identifier.
            repo_id: String,
        }
        optional {
            /// Name.
            name: String,
            /// Plugin.
            plugin_metadata: PluginMetadata,
            /// Packages; see [`packages`](Self::packages).
            embedded = "_embedded": RepositoryPackages,
        }
        lists {
            /// Settings.
            configuration: ConfigurationProperty,
        }
    }
}

response! {
    /// The packages of a repository.
    pub struct RepositoryPackages {
        lists {
            /// Packages.
            packages: PackageName,
        }
    }
}

response! {
    /// A package of a repository.
    pub struct PackageName {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Name.
            name: String,
        }
    }
}

impl PackageRepository {
    /// Returns the packages.
    #[must_use]
    pub fn packages(&self) -> &[PackageName] {
        self.embedded.as_ref().map_or(&[], |embedded| &embedded.packages)
    }
}

request_body! {
    /// A package repository, to create or replace.
    pub struct NewPackageRepository {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Identifier.
            repo_id: String,
            /// Plugin.
            plugin_metadata: NewPluginMetadata,
        }
        nested {
            /// Settings.
            configuration: Vec<NewConfigurationProperty>,
        }
    }
}
