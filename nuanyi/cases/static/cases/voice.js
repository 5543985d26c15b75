/* A file field for a voice note becomes a button to speak into, where the browser can record; at most two minutes. */
(() => {
    const field = document.querySelector("input[data-voice]");
    if (!field || !navigator.mediaDevices || !window.MediaRecorder || !window.DataTransfer) return;
    const words = field.closest("[data-record]") || field;
    const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "secondary small",
        textContent: words.dataset.record,
    });
    button.setAttribute("aria-pressed", "false");
    field.after(button);
    /* how long it has been running, said to nobody who only listens: the button tells them that it records */
    const clock = Object.assign(document.createElement("span"), { className: "quiet", hidden: true });
    clock.setAttribute("role", "timer");
    button.after(clock);
    const said = Object.assign(document.createElement("p"), { className: "note", hidden: true });
    said.setAttribute("role", "status");
    button.before(said);
    /* the browser's own button has its words in the phone's language and not in the page's: it waits behind the title of the
       field, which opens it for a thumb, is still reached by the keyboard, and comes back where the microphone is denied */
    field.classList.add("sr");
    const LONGEST = 120; // seconds
    let recorder = null,
        ticking = null;
    const tick = (began) => {
        const spent = Math.min(LONGEST, Math.round((Date.now() - began) / 1000));
        const shown = (seconds) =>
            `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
        clock.textContent = ` ${shown(spent)} / ${shown(LONGEST)}`;
        if (spent >= LONGEST && recorder) recorder.stop();
    };
    /* what will be sent can be heard, spoken here or chosen, also after a reload */
    const hear = () => {
        const [file] = field.files;
        let player = clock.nextElementSibling;
        if (player?.tagName !== "AUDIO") {
            player = document.createElement("audio");
            player.controls = true;
            clock.after(player);
        }
        player.hidden = !file;
        if (file) player.src = URL.createObjectURL(file);
    };
    field.addEventListener("change", hear);
    field.addEventListener("restored", hear);
    button.addEventListener("click", async () => {
        if (recorder) {
            recorder.stop();
            return;
        }
        let stream;
        try {
            stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        } catch {
            /* what to do is said where the button is, and the button stays for whoever has done it */
            said.textContent = words.dataset.denied;
            said.hidden = false;
            field.classList.remove("sr");
            return;
        }
        said.hidden = true;
        const parts = [];
        recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24000 });
        recorder.ondataavailable = (event) => parts.push(event.data);
        recorder.onstop = () => {
            stream.getTracks().forEach((track) => track.stop());
            const type = recorder.mimeType || "audio/webm";
            const box = new DataTransfer();
            box.items.add(new File(parts, "voice", { type }));
            field.files = box.files;
            field.dispatchEvent(new Event("change", { bubbles: true }));
            recorder = null;
            clearInterval(ticking);
            button.textContent = words.dataset.record;
            button.setAttribute("aria-pressed", "false");
        };
        recorder.start();
        button.textContent = words.dataset.stop;
        button.setAttribute("aria-pressed", "true");
        const began = Date.now();
        clock.hidden = false;
        tick(began);
        ticking = setInterval(tick, 500, began);
    });
})();
