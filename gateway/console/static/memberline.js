// Makes pages livelier; all of them work without it. Player, polling, keys, confirmation, recorder, unsaved words.
"use strict";
(() => {
	const words = JSON.parse(document.body.dataset.words);
	const token = document.querySelector("meta[name=csrf-token]").content;
	const all = (what, root = document) => [...root.querySelectorAll(what)];
	const make = (name, given = {}, ...inside) => {
		const made = document.createElement(name);
		for (const [key, value] of Object.entries(given)) key in made ? (made[key] = value) : made.setAttribute(key, value);
		made.append(...inside);
		return made;
	};
	const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
	const post = (url) =>
		fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "X-Fragment": "1" } }).catch(() => {});

	// Player
	const SPEEDS = [1, 1.2, 1.5, 0.8];
	let playing = null;
	function enhance(box) {
		const audio = box.querySelector("audio"), track = box.querySelector(".track");
		const played = make("div", { className: "played" });
		const draw = () => played.replaceChildren(track.querySelector(":scope>.wave").cloneNode(true));
		const seek = make("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": words.seek });
		const go = make("button", { type: "button", className: "go", "aria-label": words.play });
		const time = make("span", { className: "time" });
		const speed = make("button", { type: "button", className: "speed", "aria-label": words.speed + " 1×" }, "1×");
		let length = +box.dataset.seconds || 0;
		const show = () => {
			const part = length ? audio.currentTime / length : 0;
			track.style.setProperty("--at", `${100 * part}%`);
			seek.value = 1000 * part;
			seek.setAttribute("aria-valuetext", `${clock(audio.currentTime)} / ${clock(length)}`);
			time.textContent = `${clock(audio.currentTime)} / ${clock(length)}`;
			if (!audio.paused) requestAnimationFrame(show);
		};
		const turn = () => {
			const on = !audio.paused;
			box.classList.toggle("on", on);
			go.setAttribute("aria-label", on ? words.pause : words.play);
			if (box.onturn) box.onturn(on);
			show();
		};
		draw();
		track.append(played, seek);
		box.prepend(go);
		box.append(time, speed);
		box.classList.add("live");
		go.onclick = () => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
		seek.oninput = () => { audio.currentTime = (seek.value / 1000) * length; show(); };
		speed.onclick = () => {
			audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
			speed.textContent = `${audio.playbackRate}×`;
			speed.setAttribute("aria-label", `${words.speed} ${audio.playbackRate}×`);
		};
		audio.onloadedmetadata = () => { if (isFinite(audio.duration)) length = audio.duration; show(); };
		audio.onplay = () => {
			if (playing && playing !== audio) playing.pause();
			playing = audio;
			if (box.dataset.heard) { post(box.dataset.heard); delete box.dataset.heard; }
			turn();
		};
		audio.onpause = audio.onended = turn;
		box.load = (src, seconds) => { audio.src = src; length = seconds; draw(); show(); };
		show();
		return box;
	}

	// Lists: one player, pinned, for all rows
	const list = document.querySelector("[data-rows]");
	let pinned = null;
	function hear(button) {
		const row = button.closest("[data-row]"), src = button.dataset.hear;
		if (!pinned) {
			pinned = make("div", { className: "player pinned" },
				make("p", { className: "name" }), make("div", { className: "track" }, row.querySelector(".wave").cloneNode(true)),
				make("audio", { preload: "none" }));
			list.after(pinned);
			enhance(pinned);
		}
		if (pinned.dataset.src !== src) {
			pinned.dataset.src = src;
			pinned.dataset.heard = button.dataset.heard;
			pinned.querySelector(".name").textContent = button.dataset.name;
			pinned.querySelector(".track>.wave").replaceWith(row.querySelector(".wave").cloneNode(true));
			pinned.load(src, +button.dataset.seconds);
		}
		pinned.onturn = (on) => all("[data-row]").forEach((each) => {
			const mine = each.querySelector(`[data-hear="${pinned.dataset.src}"]`);
			each.classList.toggle("playing", !!mine && on);
		});
		pinned.querySelector(".go").click();
	}
	function dress() {
		all("[data-player]:not(.live)").forEach(enhance);
		all(".hear").forEach((each) => { each.hidden = false; each.onclick = () => hear(each); });
		if (pinned && pinned.onturn) pinned.onturn(!pinned.querySelector("audio").paused);
	}
	dress();

	// Polling: a fragment with an ETag; slower while nothing changes, never while the tab is hidden
	function poll(box) {
		let etag = null, wait = 2000, timer = 0;
		const came = box.innerHTML.trim(); // it may have changed between the page and the first look
		const again = () => { clearTimeout(timer); timer = setTimeout(look, wait); };
		async function look() {
			if (document.hidden) return;
			const began = performance.now();
			try {
				const answer = await fetch(box.dataset.poll, { headers: { "X-Fragment": "1", ...(etag && { "If-None-Match": etag }) } });
				if (answer.status === 401) return location.reload();
				if (answer.ok) {
					const text = await answer.text();
					const fresh = parsed(text), isNew = etag ? etag !== answer.headers.get("ETag") : fresh.innerHTML.trim() !== came;
					if (isNew) { swap(box, fresh); wait = 2000; }
					etag = answer.headers.get("ETag");
					if (answer.headers.get("X-Finished")) return;
				}
				wait = Math.min(30000, Math.max(wait * 1.2, 10 * (performance.now() - began), 1000 * (+answer.headers.get("Retry-After") || 0)));
			} catch { wait = 30000; }
			again();
		}
		document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = 2000; look(); } });
		look();
	}
	const parsed = (text) => new DOMParser().parseFromString(text, "text/html").body;
	function swap(box, fresh) {
		const link = document.activeElement && box.contains(document.activeElement) && document.activeElement.getAttribute("href");
		box.replaceChildren(...fresh.childNodes);
		if (link) all("a", box).find((each) => each.getAttribute("href") === link)?.focus({ preventScroll: true });
		dress();
	}
	all("[data-poll]").forEach(poll);

	// Keys: never in a field, never with a modifier, and each person can switch them off; pages with more bring a script
	const help = document.querySelector("[data-keys]");
	document.addEventListener("keydown", (event) => {
		if (!help || "keysOff" in document.body.dataset || event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.target.closest("input:not([type=range],[type=checkbox]),textarea,select,[contenteditable],dialog[open]")) {
			if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
			return;
		}
		const mine = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
		if (!mine && event.key !== "?") return;
		event.preventDefault();
		if (!mine) help.showModal();
		else if (mine.matches("[data-player]")) mine.querySelector(".go").click();
		else mine.matches("button") ? mine.click() : mine.focus();
	});

	// Confirmation
	document.addEventListener("submit", (event) => {
		const form = event.target, ask = form.dataset.confirm;
		if (!ask || form.sure) return;
		event.preventDefault();
		const yes = make("button", { className: "main", type: "button" }, words.yes);
		const box = make("dialog", {}, make("p", {}, ask), make("form", { method: "dialog", className: "deeds" }, yes, make("button", {}, words.no)));
		yes.onclick = () => { form.sure = true; box.close(); form.requestSubmit(event.submitter); };
		box.onclose = () => box.remove();
		document.body.append(box);
		box.showModal();
	});

	// Unsaved words, and no second sending by a double click
	all("form[data-unsaved]").forEach((form) => {
		let dirty = false;
		form.addEventListener("input", () => (dirty = true));
		form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("button.main")); });
		form.addEventListener("submit", () => { dirty = false; setTimeout(() => all("button.main", form).forEach((each) => (each.disabled = true))); });
		addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
	});

	// Recorder: a WAV file of 16 kHz, put into the form's own file field
	all("[data-recorder]").forEach((box) => {
		const field = box.querySelector("input[type=file]");
		const button = make("button", { type: "button", className: "rec" }, words.record);
		const said = make("span", { className: "small", role: "status" });
		let stop = null;
		box.prepend(button);
		box.append(said);
		button.onclick = async () => {
			if (stop) return stop();
			try {
				const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
				const context = new AudioContext({ sampleRate: 16000 }), began = Date.now();
				await context.audioWorklet.addModule(document.body.dataset.worklet);
				const taker = new AudioWorkletNode(context, "taker", { numberOfOutputs: 0 });
				context.createMediaStreamSource(stream).connect(taker);
				const tick = setInterval(() => (said.textContent = clock((Date.now() - began) / 1000)), 500);
				const limit = setTimeout(() => stop(), 120000);
				button.textContent = words.stop;
				button.classList.add("on");
				stop = async () => {
					stop = null; clearInterval(tick); clearTimeout(limit);
					const made = new Promise((take) => (taker.port.onmessage = (event) => take(event.data)));
					taker.port.postMessage("stop");
					const file = new File([await made], "recording.wav", { type: "audio/wav" }), files = new DataTransfer();
					stream.getTracks().forEach((each) => each.stop());
					context.close();
					files.items.add(file);
					field.files = files.files;
					field.dispatchEvent(new Event("input", { bubbles: true }));
					box.querySelector("audio")?.remove();
					box.append(make("audio", { controls: true, src: URL.createObjectURL(file) }));
					said.textContent = words.recorded;
					button.textContent = words.again;
					button.classList.remove("on");
				};
			} catch { said.textContent = words.nomic; }
		};
	});

	// The menu closes when one clicks beside it
	document.addEventListener("click", (event) => all("[data-menu][open]").forEach((each) => { if (!each.contains(event.target)) each.open = false; }));
})();
