/* Keeps public shells only. A page of the office, an address with a question or a thank-you, is never kept. */
const PATIENCE = 5000; /* ms: a network that is there but does not answer must not keep a page from opening */
/* the copy is made beside what its owner does: it must set no cookie (see CopiesSetNothing) */
const copied = (address) => new Request(address, { headers: { "X-Kept-Copy": "1" } });
/* one by one: a page that fails must not keep the others from the phone; it is asked for again with the next page */
const fill = async () => {
    const cache = await caches.open(VERSION);
    for (const address of SHELL)
        if (!(await cache.match(address, { ignoreVary: true })))
            await cache.add(copied(address)).catch(() => {});
};
self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
const LESSON = /^\/(learn|l)\/[\w-]+\/$/;
/* every lesson that was ever opened or saved goes over from an older version's store, the newest ones only, with the sheets and
   scripts that it names: where there is network each is asked for anew when it is opened */
const MOST_LESSONS = 300;
/* the newest pictures of those that were looked at, whichever version of this script kept them; 0.8.0 and before kept
   their own */
const PICTURES = "pictures";
const MOST_PICTURES = 60;
/* those of lessons that somebody saved stay, however many others are looked at */
const SAVED = "saved-pictures";
const MOST_SAVED = 300;
const OF_LESSON = /^\/learn\/media\/[\w/.-]+$/;
const newest = (requests, most) => requests.slice(Math.max(0, requests.length - most));
const carryPictures = async (old) => {
    const cache = await caches.open(PICTURES);
    const room = MOST_PICTURES - (await cache.keys()).length;
    for (const request of newest(await old.keys(), room)) {
        const path = new URL(request.url).pathname;
        if (!(await cache.match(path))) await cache.put(path, await old.match(request, { ignoreVary: true }));
    }
};
const carryLessons = async (old) => {
    const cache = await caches.open(VERSION);
    const lessons = [];
    /* what is not wanted goes first: on a full phone it makes room for what is */
    for (const request of await old.keys()) {
        const path = new URL(request.url).pathname;
        if (LESSON.test(path)) lessons.push(request);
        else if (!path.startsWith("/static/")) await old.delete(request, { ignoreVary: true });
    }
    for (const request of newest(lessons, MOST_LESSONS)) {
        const path = new URL(request.url).pathname;
        if (await cache.match(path, { ignoreVary: true })) continue;
        const lesson = await old.match(request, { ignoreVary: true });
        const text = await lesson.clone().text();
        for (const [part] of text.matchAll(/\/static\/[\w./-]+/g)) {
            const there = (await cache.match(part)) ? null : await old.match(part);
            if (there) await cache.put(part, there);
        }
        await cache.put(path, lesson);
    }
};
/* where the phone is full and nothing goes over, the old store stays: its lessons are still found, and the next version
   tries again */
const begin = async () => {
    for (const name of await caches.keys()) {
        if ([VERSION, PICTURES, SAVED].includes(name)) continue;
        const carry = name.endsWith(".pictures") ? carryPictures : carryLessons;
        await carry(await caches.open(name)).then(
            () => caches.delete(name),
            () => {},
        );
    }
    await self.clients.claim();
};
self.addEventListener("activate", (event) => event.waitUntil(begin()));
/* the network's answer; what is kept when it takes too long or is not there; the network after all where nothing is kept */
const fresh = async (request, kept, keep) => {
    const asked = fetch(request).then((answer) => {
        if (keep && answer.ok && !answer.redirected) {
            const copy = answer.clone();
            caches.open(VERSION).then((cache) => cache.put(keep, copy));
        }
        return answer;
    });
    const late = new Promise((done) => setTimeout(done, PATIENCE, null));
    try {
        return (await Promise.race([asked, late])) || (await kept()) || (await asked);
    } catch {
        const page = request.mode === "navigate" && (await caches.match("/offline/", { ignoreVary: true }));
        return (await kept()) || page || Response.error();
    }
};
const isPublic = (answer) => /\bpublic\b/.test(answer.headers.get("Cache-Control") || "");
/* pictures that anybody may see (a plan of a compound, a photo of a station, of a lesson) are there again without network */
const picture = async (request, path) => {
    const cache = await caches.open(PICTURES);
    try {
        const answer = await fetch(request);
        if (answer.ok && isPublic(answer)) {
            await cache.delete(path);
            await cache.put(path, answer.clone());
            const names = await cache.keys();
            for (const old of names.slice(0, -MOST_PICTURES)) await cache.delete(old);
        }
        return answer;
    } catch {
        const saved = await caches.open(SAVED);
        return (await cache.match(path)) || (await saved.match(path)) || Response.error();
    }
};
/* each once; one that does not come now is asked for when its lesson is saved again, and keeps no lesson from being saved */
const savePictures = async (paths) => {
    const cache = await caches.open(SAVED);
    for (const path of paths.filter((path) => OF_LESSON.test(path))) {
        if (await cache.match(path)) continue;
        const answer = await fetch(path).catch(() => null);
        if (answer?.ok && isPublic(answer)) await cache.put(path, answer).catch(() => {});
    }
    const names = await cache.keys();
    for (const old of names.slice(0, -MOST_SAVED)) await cache.delete(old);
};
/* the kept page that the phone fills itself, as a room declares it for pages that are never kept; "" where none does */
const standIn = (path) => KEPT.find(([pattern]) => new RegExp(pattern).test(path))?.[1] ?? "";
/* what only the server can answer, as a room declares it: the bare page that is kept would look as if nothing had been asked */
const asks = ({ pathname, searchParams }) => pathname in ASKED && searchParams.has(ASKED[pathname]);
self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== location.origin) return;
    const path = address.pathname;
    /* its own first: an older store that had to stay is found behind it */
    const copy = (name) => async () =>
        (await (await caches.open(VERSION)).match(name, { ignoreVary: true })) ||
        caches.match(name, { ignoreVary: true });
    if (event.request.mode === "navigate") event.waitUntil(fill());
    if (path.startsWith("/static/")) {
        event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
    } else if (path.endsWith("/all.json") && SHELL.includes(path)) {
        event.respondWith(fresh(event.request, copy(path), path));
    } else if (event.request.destination === "image" && !path.startsWith("/office/")) {
        event.respondWith(picture(event.request, path));
    } else if (event.request.mode !== "navigate") {
        return;
    } else if (/^\/stations\/[\w-]+\/$/.test(path)) {
        /* a station that was never opened with network: the phone fills its page from the one file of all */
        const page = async () => (await copy(path)()) || copy("/stations/kept/")();
        event.respondWith(fresh(event.request, page, address.search ? "" : path));
    } else if (asks(address)) {
        event.respondWith(fresh(event.request, copy("/offline/"), ""));
    } else if (SHELL.includes(path) || LESSON.test(path)) {
        /* only the bare address is kept: where somebody looked from, what he searched and what he was thanked for is
           nobody's business, not even this phone's */
        event.respondWith(fresh(event.request, copy(path), address.search ? "" : path));
    } else if (standIn(path)) {
        event.respondWith(fresh(event.request, copy(standIn(path)), ""));
    } else {
        event.respondWith(fetch(event.request).catch(() => caches.match("/offline/")));
    }
});
/* a page asks to keep lessons, bare public addresses only, with the pictures in them and those that it shows of them */
self.addEventListener("message", (event) => {
    const wanted = (event.data?.keep || []).filter((address) => /^\/learn\/[\w-]+\/$/.test(address));
    if (!wanted.length) return;
    const keep = async () => {
        const cache = await caches.open(VERSION);
        const pictures = [...(event.data.pictures || [])];
        let kept = 0;
        for (const address of wanted) {
            const there = await cache.match(address, { ignoreVary: true });
            if (
                there ||
                (await cache.add(copied(address)).then(
                    () => true,
                    () => false,
                ))
            )
                kept += 1;
            const lesson = await cache.match(address, { ignoreVary: true });
            if (lesson)
                for (const [, path] of (await lesson.clone().text()).matchAll(/<img [^>]*src="([^"]+)"/g))
                    pictures.push(path);
        }
        await savePictures(pictures);
        event.ports[0]?.postMessage({ kept });
    };
    event.waitUntil(keep());
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
            /* a newer lesson takes the place of the one before; what moved stands beside it */
            tag: /^\/[cr]\//.test(told.link) ? told.link : "lesson",
            data: told.link,
        }),
    );
});
self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    if (event.notification.data) event.waitUntil(self.clients.openWindow(event.notification.data));
});
