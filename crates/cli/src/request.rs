//! The command `request`: prints requests to a server. The library writes and checks them.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _, ValueParser};
use clap::error::ErrorKind;
use clap::{Args, Subcommand, value_parser};
use ews_notifications::request::{Folder, Folders, Impersonation, Request};
use ews_notifications::{EventKind, SubscriptionId, Watermark};

/// Prints a request to a server, as SOAP.
///
/// The request is the body of a POST to the server. Values are escaped, and the request is valid by the EWS schema.
#[derive(Args)]
#[command(after_help = HELP, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    operation: Operation,
}

const HELP: &str = "\
Exit status:
  0  the request was printed
  1  standard output failed
  2  invalid arguments, or values that XML or the schema do not allow

Examples:
  ewsn request subscribe-streaming --folder inbox |
    curl --fail-with-body -sSN --ntlm -u USER --data-binary @- \\
      -H 'Content-Type: text/xml; charset=utf-8' \\
      https://HOST/EWS/Exchange.asmx
                      subscribes; the answer has the SubscriptionId
  ewsn request get-streaming-events ID | curl ... | ewsn follow
                      shows the events as they arrive";

#[derive(Subcommand)]
enum Operation {
    /// Subscribes to pushes: the server posts notifications to a URL.
    SubscribePush {
        /// The http or https URL that the server posts to.
        #[arg(long)]
        url: String,
        /// Without events, the server pushes that often. For that time it repeats a push that fails. From 1 to 1440
        /// minutes.
        #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = value_parser!(u16).range(1..=1440))]
        status_frequency: u16,
        /// Resumes an earlier subscription after this watermark.
        #[arg(long)]
        watermark: Option<String>,
        #[command(flatten)]
        subscription: Subscription,
        #[command(flatten)]
        header: Header,
    },

    /// Subscribes for get-events.
    SubscribePull {
        /// The subscription ends if get-events is not sent for that time. From 1 to 1440 minutes.
        #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = value_parser!(u16).range(1..=1440))]
        timeout: u16,
        /// Resumes an earlier subscription after this watermark.
        #[arg(long)]
        watermark: Option<String>,
        #[command(flatten)]
        subscription: Subscription,
        #[command(flatten)]
        header: Header,
    },

    /// Subscribes for get-streaming-events.
    SubscribeStreaming {
        #[command(flatten)]
        subscription: Subscription,
        #[command(flatten)]
        header: Header,
    },

    /// Ends a pull or streaming subscription.
    Unsubscribe {
        /// The SubscriptionId from the answer to Subscribe.
        id: String,
        #[command(flatten)]
        header: Header,
    },

    /// Asks for the events of a pull subscription.
    GetEvents {
        /// The SubscriptionId from the answer to Subscribe.
        id: String,
        /// The last watermark received, at first that from the answer to Subscribe.
        watermark: String,
        #[command(flatten)]
        header: Header,
    },

    /// Asks for a stream of the events of subscriptions.
    GetStreamingEvents {
        /// The SubscriptionId from the answer to Subscribe. Several ids share one stream.
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        /// The server closes the connection after that time. From 1 to 30 minutes.
        #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = value_parser!(u16).range(1..=30))]
        timeout: u16,
        #[command(flatten)]
        header: Header,
    },
}

/// What to subscribe to.
#[derive(Args)]
#[group(skip)]
struct Subscription {
    #[command(flatten)]
    selection: Selection,

    /// The mailbox of the folders of --folder, by its SMTP address, if it is not that of the account.
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "folder",
        conflicts_with = "all_folders"
    )]
    mailbox: Option<String>,

    /// The kind of event. Repeat the option or separate kinds by commas. Default: all kinds. Exchange 2007 does not
    /// know FreeBusyChanged.
    #[arg(long = "event", value_name = "KIND", value_delimiter = ',', ignore_case = true, value_parser = kind())]
    kinds: Vec<EventKind>,
}

/// At least one folder, or all.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Selection {
    /// A folder that every mailbox has, such as inbox, calendar or msgfolderroot. Repeat the option for several. The
    /// names are those of DistinguishedFolderId.
    #[arg(long, value_name = "NAME", hide_possible_values = true, value_parser = PossibleValuesParser::new(FOLDERS))]
    folder: Vec<String>,

    /// A folder, by its FolderId. Repeat the option for several.
    #[arg(long, value_name = "ID")]
    folder_id: Vec<String>,

    /// All folders of the mailbox.
    #[arg(long, conflicts_with_all = ["folder", "folder_id"])]
    all_folders: bool,
}

#[derive(Args)]
struct Header {
    /// The version of the schema. A server refuses a version newer than its own.
    #[arg(long, value_name = "VERSION", default_value = Request::SERVER_VERSION)]
    server_version: String,

    #[command(flatten)]
    account: Account,
}

/// The account to act for, by at most one of its names.
#[derive(Args)]
#[group(multiple = false)]
struct Account {
    /// Acts for the account with this primary SMTP address.
    #[arg(long, value_name = "ADDRESS")]
    impersonate: Option<String>,

    /// Acts for the account with this security identifier, such as S-1-5-21-...
    #[arg(long, value_name = "SID")]
    impersonate_sid: Option<String>,

    /// Acts for the account with this user principal name.
    #[arg(long, value_name = "NAME")]
    impersonate_principal: Option<String>,
}

/// Prints the request. Returns an error only if standard output fails.
pub(crate) fn print(Arguments { operation }: &Arguments) -> io::Result<ExitCode> {
    match operation {
        Operation::SubscribePush {
            url,
            status_frequency,
            watermark,
            subscription,
            header,
        } => subscription.with(|folders, kinds| {
            let watermark = watermark.as_deref().map(Watermark::new);
            let request =
                Request::subscribe_push(folders, kinds, watermark, *status_frequency, url);
            header.print(request)
        }),
        Operation::SubscribePull {
            timeout,
            watermark,
            subscription,
            header,
        } => subscription.with(|folders, kinds| {
            let watermark = watermark.as_deref().map(Watermark::new);
            header.print(Request::subscribe_pull(folders, kinds, watermark, *timeout))
        }),
        Operation::SubscribeStreaming {
            subscription,
            header,
        } => subscription
            .with(|folders, kinds| header.print(Request::subscribe_streaming(folders, kinds))),
        Operation::Unsubscribe { id, header } => {
            header.print(Request::unsubscribe(SubscriptionId::new(id)))
        }
        Operation::GetEvents {
            id,
            watermark,
            header,
        } => header.print(Request::get_events(
            SubscriptionId::new(id),
            Watermark::new(watermark),
        )),
        Operation::GetStreamingEvents {
            ids,
            timeout,
            header,
        } => {
            let ids: Vec<_> = ids.iter().map(|id| SubscriptionId::new(id)).collect();
            header.print(Request::get_streaming_events(&ids, *timeout))
        }
    }
}

impl Subscription {
    /// Lends the folders and kinds, which a request borrows.
    fn with<T>(&self, use_them: impl FnOnce(Folders<'_>, &[EventKind]) -> T) -> T {
        let mailbox = self.mailbox.as_deref();
        let named = self.selection.folder.iter();
        let named = named.map(|name| Folder::Distinguished { name, mailbox });
        let by_id = self.selection.folder_id.iter();
        let folders: Vec<_> = named.chain(by_id.map(|id| Folder::Id(id))).collect();
        let folders = match self.selection.all_folders {
            true => Folders::All,
            false => Folders::These(&folders),
        };
        match self.kinds.as_slice() {
            [] => use_them(folders, Request::EVENT_KINDS),
            kinds => use_them(folders, kinds),
        }
    }
}

impl Header {
    fn print(&self, request: Request<'_>) -> io::Result<ExitCode> {
        let mut request = request.server_version(&self.server_version);
        let Account {
            impersonate,
            impersonate_sid,
            impersonate_principal,
        } = &self.account;
        let account = (impersonate
            .as_deref()
            .map(Impersonation::PrimarySmtpAddress))
        .or(impersonate_sid.as_deref().map(Impersonation::Sid))
        .or(impersonate_principal
            .as_deref()
            .map(Impersonation::PrincipalName));
        if let Some(account) = account {
            request = request.impersonation(account);
        }
        match request.to_xml() {
            Ok(xml) => writeln!(io::stdout(), "{xml}")?,
            Err(error) => clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")).exit(),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Kinds of events by their names in the table, and by those of their elements.
fn kind() -> ValueParser {
    fn value(kind: &EventKind) -> PossibleValue {
        let element = kind.name();
        let name = element.strip_suffix("Event").unwrap_or(element);
        PossibleValue::new(name).alias(element)
    }
    let kinds = Request::EVENT_KINDS;
    PossibleValuesParser::new(kinds.iter().map(value))
        .try_map(|given| {
            let mut kinds = kinds.iter().copied();
            kinds
                .find(|kind| value(kind).matches(&given, true))
                .ok_or("unknown kind")
        })
        .into()
}

/// The names of distinguished folders in the schema of Exchange Server Subscription Edition.
const FOLDERS: [&str; 67] = [
    "calendar",
    "contacts",
    "deleteditems",
    "drafts",
    "inbox",
    "journal",
    "notes",
    "outbox",
    "sentitems",
    "tasks",
    "msgfolderroot",
    "publicfoldersroot",
    "root",
    "junkemail",
    "searchfolders",
    "voicemail",
    "recoverableitemsroot",
    "recoverableitemsdeletions",
    "recoverableitemsversions",
    "recoverableitemspurges",
    "recoverableitemsdiscoveryholds",
    "archiveroot",
    "archivemsgfolderroot",
    "archivedeleteditems",
    "archiveinbox",
    "archiverecoverableitemsroot",
    "archiverecoverableitemsdeletions",
    "archiverecoverableitemsversions",
    "archiverecoverableitemspurges",
    "archiverecoverableitemsdiscoveryholds",
    "syncissues",
    "conflicts",
    "localfailures",
    "serverfailures",
    "recipientcache",
    "quickcontacts",
    "conversationhistory",
    "adminauditlogs",
    "todosearch",
    "mycontacts",
    "directory",
    "imcontactlist",
    "peopleconnect",
    "favorites",
    "mecontact",
    "personmetadata",
    "teamspaceactivity",
    "teamspacemessaging",
    "teamspaceworkitems",
    "scheduled",
    "orionnotes",
    "tagitems",
    "alltaggeditems",
    "externalcontacts",
    "teamchat",
    "teamchathistory",
    "yammerroot",
    "yammerinbound",
    "yammeroutbound",
    "yammerfeeds",
    "onedriveroot",
    "onedriverecylebin",
    "onedrivesystem",
    "onedrivevolume",
    "important",
    "starred",
    "archive",
];
