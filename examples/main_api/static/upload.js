// Makes the plain form kinder: previews, a progress bar, and an answer on the same page.

const form = document.getElementById("upload");
const answer = document.getElementById("answer");
const progress = form.querySelector("progress");
const button = form.querySelector("button");

for (const tile of form.querySelectorAll(".tile")) {
  const input = tile.querySelector("input");
  const hint = tile.querySelector("span");
  const hintText = hint.textContent;
  input.addEventListener("change", () => {
    const [first, ...others] = input.files;
    tile.classList.toggle("chosen", Boolean(first));
    hint.textContent = first ? first.name + (others.length ? ` and ${others.length} more` : "") : hintText;
    preview(tile, first);
  });
  for (const [event, isOver] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    input.addEventListener(event, () => tile.classList.toggle("over", isOver));
  }
}

function preview(tile, file) {
  const old = tile.querySelector("img");
  if (old) URL.revokeObjectURL(old.src);
  old?.remove();
  tile.classList.remove("blind");
  if (!file) return;
  const image = Object.assign(new Image(), { alt: "", src: URL.createObjectURL(file) });
  image.addEventListener("error", () => {
    image.remove();
    tile.classList.add("blind"); // e.g. TIFF: fine to upload, but browsers cannot show it
  });
  tile.prepend(image);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (![...form.elements].some(({ files }) => files?.length)) return say("Choose at least one picture first.");
  // XMLHttpRequest because fetch tells nothing of an upload's progress.
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = loaded / total));
  request.addEventListener("load", () => (request.status === 200 ? location.assign("/") : say(refusal(request))));
  request.addEventListener("error", () => say("The server did not answer. Please try again."));
  request.open("PATCH", form.action);
  request.send(new FormData(form));
  progress.hidden = false;
  button.disabled = true;
  answer.textContent = "Uploading…";
});

function say(sentence) {
  answer.textContent = sentence;
  progress.hidden = true;
  button.disabled = false;
}

function refusal(request) {
  try {
    return `Not accepted: ${JSON.parse(request.responseText).detail}.`;
  } catch {
    return `Not accepted (${request.status}).`;
  }
}
