/* The hall's screen: every code came with the page; which one is shown is counted from the moment the server made it. */
(() => {
    const board = document.querySelector("[data-screen]");
    const codes = document.querySelector("[data-codes]").textContent.trim().split("\n");
    const first = Number(board.dataset.first);
    const made = Number(board.dataset.now);
    const seconds = Number(board.dataset.seconds);
    const start = performance.now();
    const canvas = board.querySelector("canvas");
    const left = board.querySelector("[data-left]");
    let shown = -1;
    const draw = (line) => {
        const [side, packed] = line.split(":");
        const size = Number(side);
        const bytes = atob(packed);
        const unit = Math.max(4, Math.floor(Math.min(innerHeight * 0.62, innerWidth * 0.9) / (size + 8)));
        canvas.width = canvas.height = unit * (size + 8);
        const pen = canvas.getContext("2d");
        pen.fillStyle = "#fff";
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.fillStyle = "#000";
        for (let n = 0; n < size * size; n += 1) {
            if (bytes.charCodeAt(n >> 3) & (128 >> (n & 7)))
                pen.fillRect(unit * (4 + (n % size)), unit * (4 + Math.floor(n / size)), unit, unit);
        }
    };
    const turn = () => {
        const now = made + (performance.now() - start) / 1000;
        const counter = Math.floor(now / seconds) - first;
        left.textContent = String(Math.ceil(seconds - (now % seconds)));
        if (counter === shown) return;
        shown = counter;
        const line = codes[counter];
        board.classList.toggle("over", counter >= codes.length);
        board.classList.toggle("early", counter < 0);
        canvas.hidden = !line;
        if (line) draw(line);
    };
    turn();
    setInterval(turn, 250);
})();
