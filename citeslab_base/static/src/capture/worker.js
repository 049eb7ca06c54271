/* Keeps the phone page for the days without network. Nobody's data is in it. */

const CACHE = "citeslab-capture-1";
const PAGE = "/citeslab/capture";
const FILES = [
    PAGE,
    "/citeslab_base/static/src/capture/capture.js",
    "/citeslab_base/static/src/capture/capture.css",
    "/citeslab_base/static/description/icon.png",
];

/** Whether an answer is the thing itself, and not the page of login. */
function isGood(answer) {
    return answer.ok && !answer.redirected && answer.type === "basic";
}

async function keep(address) {
    const answer = await fetch(address, {credentials: "same-origin"});
    if (isGood(answer)) {
        const cache = await caches.open(CACHE);
        await cache.put(address, answer);
    }
}

/** The network first; what was kept when there is none. */
async function serve(request, address) {
    try {
        const answer = await fetch(request);
        if (isGood(answer)) {
            const cache = await caches.open(CACHE);
            await cache.put(address, answer.clone());
        }
        return answer;
    } catch {
        return (await caches.match(address)) || Response.error();
    }
}

self.addEventListener("install", (event) => {
    event.waitUntil(Promise.all(FILES.map(keep)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
    event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url).pathname;
    if (event.request.method === "GET" && FILES.includes(address)) {
        event.respondWith(serve(event.request, address));
    }
});
