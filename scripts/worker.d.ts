/* The service worker's own world, for TypeScript's checker (tsconfig.worker.json). Nothing of it is run. */
interface WorkerGlobalScope {
    clients: Clients;
    registration: ServiceWorkerRegistration;
    skipWaiting(): Promise<void>;
}
/* what each event carries its name says; the checker does not read names */
interface Event {
    request: Request;
    data: any;
    ports: readonly MessagePort[];
    notification: Notification;
    waitUntil(done: Promise<unknown>): void;
    respondWith(answer: Response | Promise<Response>): void;
}
/* the view puts these before the file */
declare const VERSION: string;
declare const SHELL: string[];
/* [pattern of a path, address of the kept page that stands in for it] */
declare const KEPT: [string, string][];
/* the address of a kept page -> the name in it with which only the server can answer */
declare const ASKED: Record<string, string>;
