/* Keeps public shells only. A page of the office, an address with a session's content, is never kept. */
self.addEventListener("install", (event) =>
    event.waitUntil(
        caches
            .open(VERSION)
            .then((cache) => cache.addAll(SHELL))
            .then(() => self.skipWaiting()),
    ),
);
self.addEventListener("activate", (event) =>
    event.waitUntil(
        caches
            .keys()
            .then((names) =>
                Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name))),
            )
            .then(() => self.clients.claim()),
    ),
);
self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== location.origin) return;
    if (address.pathname.startsWith("/static/")) {
        event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
    } else if (
        event.request.mode === "navigate" &&
        (SHELL.includes(address.pathname) || /^\/(stations|learn|l)\/[\w-]+\/$/.test(address.pathname))
    ) {
        /* kept under the bare address: where somebody looked from is nobody's business, not even this phone's;
       nor is what somebody was about to ask */
        event.respondWith(
            fetch(event.request)
                .then((fresh) => {
                    if (
                        fresh.ok &&
                        !fresh.redirected &&
                        !(address.search && address.pathname === "/help/ask/")
                    ) {
                        const copy = fresh.clone();
                        caches.open(VERSION).then((cache) => cache.put(address.pathname, copy));
                    }
                    return fresh;
                })
                .catch(() =>
                    caches.match(address.pathname).then((kept) => kept || caches.match("/offline/")),
                ),
        );
    } else if (event.request.mode === "navigate" && /^\/in\/\w+\/[\w-]+\/$/.test(address.pathname)) {
        /* the code on the screen of a hall without network: the kept page keeps it and sends it later */
        event.respondWith(fetch(event.request).catch(() => caches.match("/in/kept/")));
    } else if (event.request.mode === "navigate" && /^\/grid\/(\d+\/)?$/.test(address.pathname)) {
        /* an empty page: the list itself is sealed and read by the phone of the one who signed in */
        event.respondWith(fetch(event.request).catch(() => caches.match("/grid/kept/")));
    } else if (event.request.mode === "navigate") {
        event.respondWith(fetch(event.request).catch(() => caches.match("/offline/")));
    }
});
/* the lesson of the day: sealed for this browser, opened here */
self.addEventListener("push", (event) => {
    let told = {};
    try {
        told = event.data.json();
    } catch {
        return;
    }
    event.waitUntil(
        self.registration.showNotification(told.title, {
            body: told.text,
            icon: "/static/front/icon-192.png",
            tag: "lesson",
            data: told.link,
        }),
    );
});
self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    if (event.notification.data) event.waitUntil(self.clients.openWindow(event.notification.data));
});
