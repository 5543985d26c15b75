/* What nobody should see on a photo is stroked over: what lies beneath becomes four dots and cannot be read any more. Shared by
   the riders' report (reports/report.js) and the photos of the office (front/blur.js). */
const Strokes = (() => {
    const make = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

    /* the square around a point of the canvas becomes four dots */
    const smear = (canvas, x, y) => {
        const size = Math.max(24, Math.round(canvas.width / 14)),
            left = Math.max(0, Math.round(x - size / 2)),
            top = Math.max(0, Math.round(y - size / 2)),
            /* what lies beyond the edge would leave holes in the dots, and the picture to be read through them */
            width = Math.min(canvas.width, Math.round(x + size / 2)) - left,
            height = Math.min(canvas.height, Math.round(y + size / 2)) - top,
            pen = canvas.getContext("2d", { willReadFrequently: true }),
            tiny = make(2, 2);
        if (width < 1 || height < 1) return;
        const dots = tiny.getContext("2d");
        /* each dot is what its quarter looks like, not one point of it */
        dots.imageSmoothingQuality = "high";
        dots.drawImage(canvas, left, top, width, height, 0, 0, 2, 2);
        pen.imageSmoothingEnabled = false;
        pen.drawImage(tiny, 0, 0, 2, 2, left, top, width, height);
    };
    /* the same where a finger or a mouse is, on a canvas that the page shows at another size */
    const stroke = (canvas, event) => {
        const box = canvas.getBoundingClientRect(),
            scale = canvas.width / box.width;
        smear(canvas, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
    };
    const copy = (picture, width = picture.width, height = picture.height) => {
        const canvas = make(width, height);
        canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, width, height);
        return canvas;
    };
    /* a photo to stroke over, no side of it longer than so many dots */
    const opened = async (file, most) => {
        const picture = await createImageBitmap(file),
            scale = Math.min(1, most / Math.max(picture.width, picture.height));
        return copy(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
    };
    return { stroke, copy, opened };
})();
if (typeof module !== "undefined") module.exports = Strokes;
