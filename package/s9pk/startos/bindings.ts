// Made from crates/startos/src/protocol.rs; `UPDATE_BINDINGS=1 cargo test -p isso-startos bindings` makes it anew.

/**
 * What only StartOS knows. Every hook takes the same request and uses what it needs.
 */
export type Request = { 
/**
 * The server's language, such as `de_DE`.
 */
language: string, 
/**
 * Why the service is initialised; `null` after a rebuilt container or a restarted server.
 */
kind: InitKind | null, 
/**
 * The mail server that StartOS offers to its services: the SDK's `SmtpValue`.
 */
systemSmtp: unknown, 
/**
 * Where this service can be reached, as StartOS lists it; `null` from a hook that does not ask StartOS.
 */
addresses: Array<Address> | null, 
/**
 * What a person typed into an action's form.
 */
input: unknown, 
/**
 * The metadata of the image, as StartOS stores it.
 */
image: Image, };

/**
 * Why a service is initialised.
 */
export type InitKind = "install" | "update" | "restore";

/**
 * An address of the service.
 */
export type Address = { 
/**
 * The address itself, with its scheme.
 */
url: string, 
/**
 * Whether it is meant to be reached from the internet.
 */
public: boolean, 
/**
 * What sort of host name it has, in the SDK's words, such as `mdns`.
 */
kind: string, 
/**
 * The ACME provider that signs its certificate; `null` if StartOS itself does.
 */
acme: string | null, };

/**
 * How the image starts what is in it. Either may be missing or `null`.
 */
export type Image = { 
/**
 * The program and its first arguments.
 */
entrypoint: Array<string> | null, 
/**
 * The arguments after them.
 */
cmd: Array<string> | null, };

/**
 * What the package has to do after a hook.
 */
export type Orders = { 
/**
 * What to do about the tasks; nothing about one that is not named.
 */
tasks: Array<Task>, 
/**
 * The actions as they are to be announced from now on.
 */
actions: Array<Announced>, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, 
/**
 * Why the hook was refused. The package throws it once the rest is done.
 */
refusal: string | null, };

/**
 * The task to run an action.
 */
export type Task = { "order": "raise", 
/**
 * The action's id.
 */
action: string, 
/**
 * How important it is.
 */
severity: Severity, 
/**
 * Why.
 */
reason: string, } | { "order": "clear", 
/**
 * The action's id.
 */
action: string, };

/**
 * How important a [`Task`] is: the SDK's `TaskSeverity`, as far as it is in use here.
 */
export type Severity = "important" | "critical";

/**
 * An action, and how it is announced.
 */
export type Announced = { 
/**
 * The action's id.
 */
id: string, 
/**
 * The SDK's `ActionMetadata`.
 */
metadata: unknown, };

/**
 * A notification of StartOS.
 */
export type Notice = { 
/**
 * How bad it is, in the SDK's words.
 */
level: Level, 
/**
 * The headline.
 */
title: string, 
/**
 * What happened, and what to do.
 */
message: string, };

/**
 * How bad a [`Notice`] is.
 */
export type Level = "warning" | "error";

/**
 * The answer of `init`.
 */
export type Init = { 
/**
 * The port that Isso answers on, over http.
 */
port: number, 
/**
 * What is shown to be found there.
 */
interfaces: Array<Interface>, 
/**
 * What to do about the tasks; nothing about one that is not named.
 */
tasks: Array<Task>, 
/**
 * The actions as they are to be announced from now on.
 */
actions: Array<Announced>, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, 
/**
 * Why the hook was refused. The package throws it once the rest is done.
 */
refusal: string | null, };

/**
 * A service interface on the one port.
 */
export type Interface = { 
/**
 * The interface's id.
 */
id: string, 
/**
 * What it is called.
 */
name: string, 
/**
 * What it is for.
 */
description: string, 
/**
 * Whether it is for programs or for people.
 */
type: InterfaceKind, 
/**
 * Where it begins.
 */
path: string, };

/**
 * The SDK's `ServiceInterfaceType`, as far as it is in use here.
 */
export type InterfaceKind = "api" | "ui";

/**
 * The answer of `input ACTION`: the form, and what stands in it.
 */
export type Input = { 
/**
 * The SDK's `InputSpec`.
 */
spec: unknown, 
/**
 * The values; `null` for an action without a form.
 */
value: unknown, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, 
/**
 * Why there is no form. The package throws it once the rest is done.
 */
refusal: string | null, };

/**
 * The answer of `run ACTION`.
 */
export type Run = { 
/**
 * The SDK's `ActionResult`; `null` when the action was refused.
 */
result: unknown, 
/**
 * What to do about the tasks; nothing about one that is not named.
 */
tasks: Array<Task>, 
/**
 * The actions as they are to be announced from now on.
 */
actions: Array<Announced>, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, 
/**
 * Why the hook was refused. The package throws it once the rest is done.
 */
refusal: string | null, };

/**
 * The answer of `main`.
 */
export type Main = { 
/**
 * What to run; `null` when the start was refused.
 */
daemon: Daemon | null, 
/**
 * What to do about the tasks; nothing about one that is not named.
 */
tasks: Array<Task>, 
/**
 * The actions as they are to be announced from now on.
 */
actions: Array<Announced>, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, 
/**
 * Why the hook was refused. The package throws it once the rest is done.
 */
refusal: string | null, };

/**
 * The one daemon of the service.
 */
export type Daemon = { 
/**
 * What its health check is called.
 */
display: string, 
/**
 * What of the package is found where in the subcontainer.
 */
mounts: Mounts, 
/**
 * What to run in the subcontainer.
 */
command: Array<string>, 
/**
 * With which variables.
 */
env: Record<string, string>, 
/**
 * What to run beside it to learn how it is; it answers a [`Health`].
 */
health: Array<string>, 
/**
 * How long a stop may take, in milliseconds.
 */
stopWithin: number, };

/**
 * Mount points in the subcontainer.
 */
export type Mounts = { 
/**
 * The folder of this program, from the assets.
 */
program: string, 
/**
 * The folder `db` of the volume, to read and write.
 */
db: string, 
/**
 * The folder `config` of the volume, to read: where the image looks for its settings.
 */
config: string, 
/**
 * The volume itself, to read and write: for the supervisor.
 */
volume: string, };

/**
 * The answer of `health`: the SDK's `HealthCheckResult`, and what was repaired meanwhile.
 */
export type Health = { 
/**
 * How it is.
 */
result: HealthResult, 
/**
 * The same in words, with what to do.
 */
message: string, 
/**
 * What to notify the person of.
 */
notices: Array<Notice>, };

/**
 * The SDK's `HealthStatus`, as far as it is in use here.
 */
export type HealthResult = "success" | "loading" | "starting" | "failure";
