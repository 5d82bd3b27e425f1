//! One server for all tests, each of which brings its own people.

use std::{
    future::Future,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use axum_server::Handle;
use domain::{actor::Actor, ids::CaseId};
use portal::Portal;
use server::{
    config::Config,
    http::{self, listen},
};
use tokio::runtime::Runtime;

use crate::{
    client::Client,
    town::{Db, PASSWORD, Town},
};

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) town: Town,
    pub(crate) config: Config,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

/// The server, started by the first test that asks for it.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: folder.path().to_owned(),
            upload_idle_seconds: 2,
            head_seconds: 3,
            min_free_megabytes: 1,
            // All tests come from one address.
            strangers_posts_per_minute: 0,
            ..Config::default()
        };
        let (town, address) = runtime.block_on(async {
            let town = Town::on(Db::Sqlite).await;
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let router = http::router(town.portal.clone(), Arc::new(config.clone()));
            tokio::spawn(listen::serve(listener, router, config.head_time(), Handle::new()));
            (town, address)
        });
        World { address, town, config, runtime, _folder: folder }
    })
}

/// Somebody with a restaurant.
pub(crate) struct Owner {
    pub(crate) login: String,
    pub(crate) actor: Actor,
}

impl World {
    /// Runs a use case beside the server.
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Another server for the same town, with settings of its own.
    pub(crate) fn beside(&self, config: Config) -> SocketAddr {
        self.serve(self.town.portal.clone(), config)
    }

    /// A server for another portal.
    pub(crate) fn serve(&self, portal: Portal, config: Config) -> SocketAddr {
        self.run(async {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let head = config.head_time();
            tokio::spawn(listen::serve(listener, http::router(portal, Arc::new(config)), head, Handle::new()));
            address
        })
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// A new restaurant.
    pub(crate) fn owner(&self) -> Owner {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let actor = self.run(self.town.restaurant(number));
        Owner { login: format!("owner{number}"), actor }
    }

    /// A new restaurant with a round to fill in, and its owner at a browser.
    pub(crate) fn with_case(&self) -> (Owner, CaseId, Client) {
        let owner = self.owner();
        let case = self.run(self.town.enrol(&owner.actor));
        let client = self.logged_in(&owner.login);
        (owner, case, client)
    }

    pub(crate) fn logged_in(&self, login: &str) -> Client {
        let mut client = self.client();
        let answer = client.post("/login", "/api/account/login", &[("login", login), ("password", PASSWORD)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/todo")), "{}", answer.text());
        client
    }

    /// The address where files of the first line go.
    pub(crate) fn line(&self, case: CaseId) -> String {
        format!("/upload/case/{case}/{}", self.town.lines[0])
    }

    /// How many files a case has.
    pub(crate) fn files(&self, owner: &Owner, case: CaseId) -> usize {
        self.run(async { self.town.portal.cases().get(&owner.actor, case).await.unwrap().evidence.len() })
    }

    /// How many files are on their way in.
    pub(crate) fn spooled(&self) -> usize {
        std::fs::read_dir(self.town.spool()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count()
    }
}
