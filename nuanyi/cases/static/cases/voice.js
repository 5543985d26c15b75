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
    let recorder = null;
    button.addEventListener("click", async () => {
        if (recorder) {
            recorder.stop();
            return;
        }
        let stream;
        try {
            stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        } catch {
            button.remove();
            return;
        }
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
            button.textContent = words.dataset.record;
            button.setAttribute("aria-pressed", "false");
            let player = button.nextElementSibling;
            if (player?.tagName !== "AUDIO") {
                player = document.createElement("audio");
                player.controls = true;
                button.after(player);
            }
            player.src = URL.createObjectURL(new Blob(parts, { type }));
        };
        recorder.start();
        button.textContent = words.dataset.stop;
        button.setAttribute("aria-pressed", "true");
        setTimeout(() => {
            if (recorder) recorder.stop();
        }, 120000);
    });
})();
