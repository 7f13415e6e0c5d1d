//! A real control plane takes what plinth renders for the Kubernetes API, and gives all of it back.
//!
//! etcd, API server, controller manager and Helm, without nodes: definitions are enforced with their rules in CEL; pods stay
//! pending. `apiserver build` makes them from source, once, in about ten minutes on two cores; one start takes five seconds.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::definitions::Definitions;
use crate::judge;
use crate::tree;
use crate::yaml;

/// How long controllers may take: to enforce a definition, or to empty a namespace.
const PATIENCE: Duration = Duration::from_mins(1);

/// Kinds that come and go by themselves.
const PASSING: [&str; 2] = ["Event", "Lease"];

/// A running control plane; ends with the value.
pub struct ControlPlane {
    script: PathBuf,
    helm: PathBuf,
    kubeconfig: PathBuf,
    server: String,
    token: String,
    folder: TempDir,
}

/// A Helm release of the chart that prints objects.
pub struct Release {
    pub name: String,
    pub namespace: String,
    /// Its values, as text: the later over the earlier.
    pub values: Vec<String>,
    /// Whether Helm waits until what it made is ready: never for pods, since there are no nodes.
    pub wait: bool,
}

/// An answer of the API server.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl ControlPlane {
    /// Starts one.
    pub fn start(what: &str) -> Option<Self> {
        let [script] = judge::required(what, ["apiserver"])?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = |arguments: &[&str]| {
            let output =
                Command::new(&script).args(arguments).stdin(Stdio::null()).output().expect("apiserver runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "apiserver {}: {said}", arguments.join(" "));
            PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
        };
        let started = Instant::now();
        let kubeconfig = run(&["start", folder.path().to_str().expect("a path of text")]);
        let helm = run(&["path"]).join("helm");
        let config = &yaml::documents(&kubeconfig)[0];
        let text = |pointer: &str| config.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
        let (server, token) = (text("/clusters/0/cluster/server"), text("/users/0/user/token"));
        let plane = Self { script, helm, kubeconfig, server, token, folder };
        // What controllers make by themselves in each namespace.
        wait("controllers are not at work", || {
            let made = |plural: &str| {
                plane.get(&format!("/api/v1/{plural}"))["items"].as_array().map_or(0, Vec::len)
            };
            let namespaces = made("namespaces");
            let rows = [("namespaces", 4), ("configmaps", namespaces), ("serviceaccounts", namespaces)];
            let missing = rows.iter().filter(|(plural, least)| made(plural) < *least);
            missing.map(|(plural, _)| (*plural).to_owned()).collect()
        });
        eprintln!("control plane: ready after {:.1} s", started.elapsed().as_secs_f64());
        Some(plane)
    }

    /// Makes the kinds of some objects known, and waits until they are.
    pub fn know(&self, definitions: &Definitions, objects: &[Value]) {
        const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for definition in definitions.of(objects) {
            self.apply(PATH, definition);
        }
        let is_known = |definition: &Value| {
            let conditions = definition["status"]["conditions"].as_array().into_iter().flatten();
            conditions.into_iter().any(|it| it["type"] == "Established" && it["status"] == "True")
        };
        wait("kinds are not served", || {
            let all = self.get(PATH);
            let items = all["items"].as_array().expect("a list");
            let missing: Vec<&Value> = items.iter().filter(|definition| !is_known(definition)).collect();
            missing.into_iter().map(|definition| definition["metadata"]["name"].to_string()).collect()
        });
    }

    /// Puts an object below a path, as `kubectl apply --server-side` does.
    pub fn apply(&self, path: &str, object: &Value) {
        let answer = self.put(path, object, "");
        assert!(answer.status < 300, "{path} refuses {object}: {}", answer.body["message"]);
    }

    /// Says what the server has against an object, which it does not keep; none: nothing.
    pub fn refusal(&self, path: &str, object: &Value) -> Option<String> {
        let answer = self.put(path, object, "&dryRun=All");
        (answer.status >= 300).then(|| answer.body["message"].to_string())
    }

    /// Returns an object as it would be kept, after admission; what is said where it is refused.
    pub fn admitted(&self, path: &str, object: &Value) -> Result<Value, String> {
        let answer = self.put(path, object, "&dryRun=All");
        if answer.status < 300 { Ok(answer.body) } else { Err(answer.body["message"].to_string()) }
    }

    /// Says what the server has against a group's member who puts an object there, which it does not keep; none: nothing.
    pub fn refusal_of(&self, group: &str, path: &str, object: &Value) -> Option<String> {
        let path = format!("{path}/{}?fieldManager=member&dryRun=All", name(object));
        let headers = ["Impersonate-User: somebody".to_owned(), format!("Impersonate-Group: {group}")];
        let answer = self.request_with(&headers, "PATCH", &path, Some(object));
        (answer.status >= 300).then(|| answer.body["message"].to_string())
    }

    /// Says what the server has against a group's member who deletes an object, which it keeps; none: nothing.
    pub fn refusal_to_delete(&self, group: &str, path: &str) -> Option<String> {
        let headers = ["Impersonate-User: somebody".to_owned(), format!("Impersonate-Group: {group}")];
        let answer = self.request_with(&headers, "DELETE", &format!("{path}?dryRun=All"), None);
        (answer.status >= 300).then(|| answer.body["message"].to_string())
    }

    /// Whether members of groups may do things, as `kubectl auth can-i` asks; all questions in one go.
    pub fn may(&self, questions: &[(String, Value)]) -> Vec<bool> {
        let mut config = String::new();
        for (group, attributes) in questions {
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": { "user": "somebody", "groups": [group, "system:authenticated"], "resourceAttributes": attributes },
            });
            let url = format!("{}/apis/authorization.k8s.io/v1/subjectaccessreviews", self.server);
            // Text of JSON in text of curl's: the same quotes, and no other escapes.
            let lines = [
                ("url", url),
                ("header", format!("Authorization: Bearer {}", self.token)),
                ("header", "Content-Type: application/json".to_owned()),
                ("noproxy", "*".to_owned()),
                ("data", review.to_string()),
            ];
            let lines = lines.map(|(key, value)| format!("{key} = {}\n", Value::from(value)));
            config.push_str(&format!("{}insecure\nsilent\nnext\n", lines.concat()));
        }
        let file = self.folder.path().join("questions");
        tree::write(&file, &config);
        let output = Command::new("curl").arg("--config").arg(&file).stdin(Stdio::null()).output();
        let output = output.expect("curl runs: the script needs it, too");
        let answers = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
        let answers: Vec<bool> = answers
            .map(|answer| {
                answer.expect("the server answers in JSON")["status"]["allowed"].as_bool().expect("an answer")
            })
            .collect();
        assert_eq!(answers.len(), questions.len(), "curl: {}", String::from_utf8_lossy(&output.stderr));
        answers
    }

    fn put(&self, path: &str, object: &Value, and: &str) -> Answer {
        let path = format!("{path}/{}?fieldManager=plinth&fieldValidation=Strict{and}", name(object));
        self.request("PATCH", &path, Some(object))
    }

    /// Returns the path below which an object goes.
    fn path(&self, object: &Value) -> String {
        let version = object["apiVersion"].as_str().expect("an object has a version");
        let group =
            if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let resources = self.get(&group);
        let mut kinds = resources["resources"].as_array().expect("resources").iter();
        let kind = kinds.find(|it| it["kind"] == object["kind"] && !name_of(it).contains('/'));
        let kind = kind.unwrap_or_else(|| panic!("{version} has no {}", object["kind"]));
        match object["metadata"]["namespace"].as_str() {
            Some(namespace) => format!("{group}/namespaces/{namespace}/{}", name_of(kind)),
            None => format!("{group}/{}", name_of(kind)),
        }
    }

    pub fn get(&self, path: &str) -> Value {
        self.get_all(&[path.to_owned()]).remove(0)
    }

    /// Gets several things in one go.
    pub fn get_all(&self, paths: &[String]) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let mut curl = self.curl();
            curl.args(paths.iter().map(|path| format!("{}{path}", self.server))).stdin(Stdio::null());
            let output = curl.output().expect("curl runs: the script needs it, too");
            let answers = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
            let answers: Vec<Value> =
                answers.map(|answer| answer.expect("the server answers in JSON")).collect();
            assert_eq!(answers.len(), paths.len(), "curl: {}", String::from_utf8_lossy(&output.stderr));
            let refusals: Vec<&Value> = answers.iter().filter(|answer| answer["kind"] == "Status").collect();
            if refusals.is_empty() {
                return answers;
            }
            // For a second after a kind became known, and while one goes.
            let is_late = refusals.iter().all(|answer| answer["code"] == 429) && started.elapsed() < PATIENCE;
            assert!(is_late, "{refusals:?}");
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    pub fn delete(&self, path: &str) {
        let answer = self.request("DELETE", path, None);
        assert!(answer.status < 300, "{path}: {}", answer.body);
    }

    /// Changes some fields of an object; `null` takes one away.
    pub fn merge(&self, path: &str, fields: &Value) -> Answer {
        self.send("application/merge-patch+json", &[], "PATCH", path, Some(fields))
    }

    /// Asks for anything; a `PATCH` applies.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.request_with(&[], method, path, body)
    }

    fn request_with(&self, headers: &[String], method: &str, path: &str, body: Option<&Value>) -> Answer {
        let kind = if method == "PATCH" { "application/apply-patch+yaml" } else { "application/json" };
        self.send(kind, headers, method, path, body)
    }

    fn send(&self, kind: &str, headers: &[String], method: &str, path: &str, body: Option<&Value>) -> Answer {
        let content_type = format!("Content-Type: {kind}");
        let with_body = ["--header", &content_type, "--data-binary", "@-"];
        let mut curl = self.curl();
        curl.args(["--request", method, "--write-out", "\n%{http_code}"]);
        curl.args(headers.iter().flat_map(|header| ["--header", header]));
        curl.args(body.iter().flat_map(|_| with_body)).arg(format!("{}{path}", self.server));
        let mut curl = curl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("curl runs");
        let text = body.map(Value::to_string).unwrap_or_default();
        curl.stdin.take().expect("piped").write_all(text.as_bytes()).expect("curl reads");
        let output = curl.wait_with_output().expect("curl ends");
        let text = String::from_utf8(output.stdout).expect("the server answers in UTF-8");
        let (body, status) = text.rsplit_once('\n').expect("curl prints the status");
        Answer {
            status: status.parse().expect("a status"),
            body: serde_json::from_str(body).unwrap_or_else(|_| json!({ "message": body })),
        }
    }

    /// The kubeconfig of its administrator.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    fn curl(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--insecure", "--noproxy", "*"]);
        curl.args(["--header", &format!("Authorization: Bearer {}", self.token)]);
        curl
    }

    /// Installs a release as the provider does; says what it has to say where it refuses.
    pub fn install(&self, chart: &Path, release: &Release) -> Result<(), String> {
        let mut command = Command::new(&self.helm);
        command.args(["install", &release.name]).arg(chart).args(["--namespace", &release.namespace]);
        if release.wait {
            command.args(["--wait", "--atomic", "--timeout", "60s"]);
        }
        for (number, values) in release.values.iter().enumerate() {
            let file = self.folder.path().join(format!("values-{number}.yaml"));
            tree::write(&file, values);
            command.arg("--values").arg(file);
        }
        self.helm(command)
    }

    pub fn uninstall(&self, release: &Release) {
        let mut command = Command::new(&self.helm);
        command.args(["uninstall", &release.name, "--namespace", &release.namespace, "--wait"]);
        self.helm(command).unwrap_or_else(|said| panic!("helm uninstall {}: {said}", release.name));
    }

    fn helm(&self, mut command: Command) -> Result<(), String> {
        let output =
            command.env("KUBECONFIG", &self.kubeconfig).stdin(Stdio::null()).output().expect("helm runs");
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Returns every object there is, of every kind: its kind, its namespace and its name.
    pub fn objects(&self) -> BTreeSet<String> {
        let groups = self.get("/apis");
        let versions = list(&groups["groups"]).flat_map(|group| list(&group["versions"]));
        let versions = versions.map(|version| format!("/apis/{}", text(version, "groupVersion")));
        let versions: Vec<String> = std::iter::once("/api/v1".to_owned()).chain(versions).collect();
        let mut kinds = Vec::new();
        for (path, resources) in versions.iter().zip(self.get_all(&versions)) {
            let listed = list(&resources["resources"]).filter(|resource| {
                list(&resource["verbs"]).any(|verb| verb == "list")
                    && !PASSING.contains(&text(resource, "kind"))
            });
            kinds.extend(listed.map(|it| (text(it, "kind").to_owned(), format!("{path}/{}", name_of(it)))));
        }
        let paths: Vec<String> = kinds.iter().map(|(_, path)| path.clone()).collect();
        let mut objects = BTreeSet::new();
        for ((kind, _), all) in kinds.iter().zip(self.get_all(&paths)) {
            objects.extend(list(&all["items"]).map(|object| {
                let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
                format!("{kind} {namespace}/{}", name(object))
            }));
        }
        objects
    }

    /// Makes namespaces, and in them what is given: first objects with the paths below which they go, then releases, in
    /// their order. Takes all of it out again, and proves that nothing is left.
    pub fn there_and_back(
        &self,
        what: &str,
        chart: &Path,
        objects: &[(String, Value)],
        releases: &[Release],
    ) {
        let started = Instant::now();
        let before = self.objects();
        let namespaces = namespaces(objects, releases);
        for name in namespaces.iter().filter(|name| !before.contains(&format!("Namespace /{name}"))) {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            self.apply("/api/v1/namespaces", &namespace);
        }
        for (path, object) in objects {
            self.apply(path, object);
        }
        for release in releases {
            // Helm drops fields that the server does not know; the server itself says so when asked.
            for object in release.objects() {
                let refusal = self.refusal(&self.path(&object), &object);
                assert_eq!(refusal, None, "{what}: {object}");
            }
            self.install(chart, release)
                .unwrap_or_else(|said| panic!("{what}: helm install {}: {said}", release.name));
        }
        let made = self.objects().difference(&before).count();
        let least = objects.len() + 2 * releases.len();
        assert!(made >= least, "{what}: only {made} objects are there, {least} and more were made");

        for release in releases.iter().rev() {
            self.uninstall(release);
        }
        for (path, object) in objects.iter().rev() {
            self.delete(&format!("{path}/{}", name(object)));
        }
        for name in namespaces.iter().filter(|name| !before.contains(&format!("Namespace /{name}"))) {
            self.delete(&format!("/api/v1/namespaces/{name}"));
        }
        wait(&format!("{what}: left"), || self.objects().difference(&before).cloned().collect());
        eprintln!(
            "control plane: {what}: {made} objects there and gone, {:.1} s",
            started.elapsed().as_secs_f64()
        );
    }
}

/// Asks again and again what is missing, until nothing is.
pub fn wait(what: &str, missing: impl Fn() -> Vec<String>) {
    let started = Instant::now();
    loop {
        let missing = missing();
        if missing.is_empty() {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{what} after {PATIENCE:?}:\n{}", missing.join("\n"));
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// The namespaces that releases go into, and what they print; without those that come with the objects.
fn namespaces(objects: &[(String, Value)], releases: &[Release]) -> BTreeSet<String> {
    let own: Vec<&str> =
        objects.iter().filter(|(_, it)| it["kind"] == "Namespace").map(|(_, it)| name(it)).collect();
    let printed = releases.iter().flat_map(Release::objects);
    let printed = printed.filter_map(|it| it["metadata"]["namespace"].as_str().map(str::to_owned));
    let all = releases.iter().map(|release| release.namespace.clone()).chain(printed);
    all.filter(|name| !own.contains(&name.as_str())).collect()
}

fn name(object: &Value) -> &str {
    name_of(&object["metadata"])
}

fn name_of(value: &Value) -> &str {
    text(value, "name")
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {value}"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        // All processes are asked to end at once, and the API server waits for an etcd that is gone: it would stay for ever.
        let server = fs::read_to_string(self.folder.path().join("apiserver.pid"));
        let _ = Command::new(&self.script).arg("stop").arg(self.folder.path()).stdin(Stdio::null()).status();
        if let Ok(server) = server {
            let _ = Command::new("kill").args(["-KILL", server.trim()]).stderr(Stdio::null()).status();
        }
    }
}
