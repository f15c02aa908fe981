//! Artifacts: the files that jobs publish.

use std::fmt::Display;
use std::time::Duration;

use oauth_core::http::{Method, Request, Response, StatusCode};
use oauth_core::serde_json::{self, Value};
use oauth_core::{
    Endpoint, EndpointContext, Error, ErrorKind, FileEndpoint, IntoArgument, List, endpoint, json, open_enum,
    response,
};

use super::upload_body::UploadBody;
use super::versioned::{any_type, unversioned};
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name.json`: the artifacts
    /// of a job, as a tree. Since 14.3.0. Source: api.gocd.org, "Get all artifacts".
    pub struct Artifacts(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
        job_name: String,
    );
    GET unversioned "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name.json"
        => parsed(List<Artifact>, artifact_list)
}

endpoint! {
    [] Personal;
    /// `GET /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file`: the
    /// content of an artifact, up to 1 GiB within 30 minutes. Since 14.3.0. Source: api.gocd.org, "Get
    /// artifact file".
    ///
    /// ```
    /// # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
    /// use gocd::api::artifacts::ArtifactFile;
    ///
    /// let log = ArtifactFile::new("up42", 5, "test", 1, "unit", "cruise-output/console.log");
    /// println!("{}", String::from_utf8_lossy(&gocd.send(&log).await?));
    /// # Ok(())
    /// # }
    /// ```
    pub struct ArtifactFile(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
        job_name: String,
        path_to_file: String,
    );
    GET any_type "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file"
        limits(1 << 30, 1800) => bytes
}

open_enum! {
    /// The type of an artifact.
    pub enum ArtifactType {
        /// A file.
        File = "file",
        /// A folder.
        Folder = "folder",
    }
}

response! {
    /// A file or folder.
    pub struct Artifact {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// URL.
            url: String,
            /// Type.
            kind = "type": ArtifactType,
        }
        lists {
            /// Content of a folder.
            files: Artifact,
        }
    }
}

/// The document calls the response a list, but its example is one object: both are parsed.
fn artifact_list(response: &Response<Vec<u8>>) -> Result<List<Artifact>, Error> {
    if !matches!(json(response)?, Value::Object(_)) {
        return json(response);
    }
    let artifact: Artifact = json(response)?;
    serde_json::from_value(serde_json::json!([artifact]))
        .map_err(|error| Error::new(ErrorKind::InvalidResponse, error.to_string()))
}

/// The place of an artifact.
#[derive(Clone, Debug)]
struct Location {
    pipeline_name: String,
    pipeline_counter: u32,
    stage_name: String,
    stage_counter: u32,
    job_name: String,
    path: String,
}

impl Location {
    fn request(
        &self,
        context: &EndpointContext<'_, Personal>,
        method: Method,
    ) -> Result<Request<Vec<u8>>, Error> {
        let template = "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path";
        let parameters: [(&str, &dyn Display); 6] = [
            ("pipeline_name", &self.pipeline_name),
            ("pipeline_counter", &self.pipeline_counter),
            ("stage_name", &self.stage_name),
            ("stage_counter", &self.stage_counter),
            ("job_name", &self.job_name),
            ("path", &self.path),
        ];
        any_type(context).path(template, &parameters).build(method)
    }
}

/// `GET /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_directory.zip`:
/// a folder as a ZIP archive, up to 1 GiB within 30 minutes. `None` (status 202) while the server makes it:
/// call again after some seconds. Its download fails with [`ErrorKind::Unavailable`] instead. Since 14.3.0.
/// Source: api.gocd.org, "Get artifact directory".
#[derive(Clone, Debug)]
pub struct ArtifactFolder(Location);

impl ArtifactFolder {
    /// Creates the call. The path is that of the folder, without `.zip`.
    #[must_use]
    pub fn new(
        pipeline_name: impl IntoArgument<String>,
        pipeline_counter: impl IntoArgument<u32>,
        stage_name: impl IntoArgument<String>,
        stage_counter: impl IntoArgument<u32>,
        job_name: impl IntoArgument<String>,
        path: impl IntoArgument<String>,
    ) -> Self {
        Self(Location {
            pipeline_name: pipeline_name.into_argument(),
            pipeline_counter: pipeline_counter.into_argument(),
            stage_name: stage_name.into_argument(),
            stage_counter: stage_counter.into_argument(),
            job_name: job_name.into_argument(),
            path: path.into_argument() + ".zip",
        })
    }
}

impl Endpoint<Personal> for ArtifactFolder {
    type Response = Option<Vec<u8>>;
    const NAME: &'static str = "GET /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_directory.zip";
    const MIN_BODY_LIMIT: usize = 1 << 30;
    const MIN_DEADLINE: Duration = Duration::from_secs(1800);

    fn request(&self, context: &EndpointContext<'_, Personal>) -> Result<Request<Vec<u8>>, Error> {
        self.0.request(context, Method::GET)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Personal>,
        response: Response<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.has_file(response.status()).then(|| response.into_body()))
    }
}

impl FileEndpoint<Personal> for ArtifactFolder {
    fn has_file(&self, status: StatusCode) -> bool {
        status.is_success() && status != StatusCode::ACCEPTED
    }
}

/// Declares a call that sends a file and returns the server's confirmation.
macro_rules! upload {
    ($(#[$doc:meta])* $name:ident, $method:ident $endpoint_name:literal, $body:expr) => {
        $(#[$doc])*
        ///
        /// It is not repeated after a failure.
        #[derive(Clone, Debug)]
        pub struct $name {
            location: Location,
            body: UploadBody,
        }

        impl $name {
            /// Creates the call with the place of the artifact and the content to send.
            #[must_use]
            pub fn new(
                pipeline_name: impl IntoArgument<String>,
                pipeline_counter: impl IntoArgument<u32>,
                stage_name: impl IntoArgument<String>,
                stage_counter: impl IntoArgument<u32>,
                job_name: impl IntoArgument<String>,
                path: impl IntoArgument<String>,
                content: impl AsRef<[u8]>,
            ) -> Self {
                let path = path.into_argument();
                let body: fn(&str, &[u8]) -> UploadBody = $body;
                Self {
                    body: body(path.rsplit('/').next().unwrap_or_default(), content.as_ref()),
                    location: Location {
                        pipeline_name: pipeline_name.into_argument(),
                        pipeline_counter: pipeline_counter.into_argument(),
                        stage_name: stage_name.into_argument(),
                        stage_counter: stage_counter.into_argument(),
                        job_name: job_name.into_argument(),
                        path,
                    },
                }
            }
        }

        impl Endpoint<Personal> for $name {
            type Response = String;
            const NAME: &'static str = concat!(stringify!($method), " ", $endpoint_name);
            const IDEMPOTENT: bool = false;
            const MIN_DEADLINE: Duration = Duration::from_secs(1800);

            fn request(&self, context: &EndpointContext<'_, Personal>) -> Result<Request<Vec<u8>>, Error> {
                self.body.put_into(self.location.request(context, Method::$method)?)
            }

            fn parse(
                &self,
                _: &EndpointContext<'_, Personal>,
                response: Response<Vec<u8>>,
            ) -> Result<String, Error> {
                Ok(String::from_utf8_lossy(response.body()).into_owned())
            }
        }
    };
}

upload! {
    /// `POST /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file`:
    /// adds a file to the artifacts of a job. Since 14.3.0. Source: api.gocd.org, "Create artifact".
    UploadArtifact,
    POST "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file",
    |name, content| UploadBody::multipart("file", [(name, content)])
}

upload! {
    /// `POST
    /// /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_directory`:
    /// unpacks a ZIP archive into the artifacts of a job. Since 14.3.0. Source: api.gocd.org, "Create
    /// multiple artifacts".
    UploadArtifacts,
    POST "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_directory",
    |_, content| UploadBody::multipart("zipfile", [("artifacts.zip", content)])
}

upload! {
    /// `PUT /files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file`:
    /// appends to an artifact. Since 14.3.0. Source: api.gocd.org, "Append to artifact".
    AppendToArtifact,
    PUT "/files/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name/*path_to_file",
    |_, content| UploadBody::raw(content)
}
