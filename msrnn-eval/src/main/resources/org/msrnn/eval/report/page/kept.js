/** Who kept what: unpacked when it is looked at, for the maps and the reader's view. */
const kept = (() => {
  const { documents } = page.data.kept || { documents: [] };
  const unpacked = new Map();

  function until(text, set) {
    if (!unpacked.has(set)) unpacked.set(set, page.unpack(set.until, text.bits));
    return unpacked.get(set);
  }

  /** The sets of a layer, those of all its heads; of all layers for null. */
  const sets = (setup, layer) => setup.sets.filter((s) => layer === null || s.layer === layer);
  const layers = (text) => [...new Set(text.setups.flatMap((s) => s.sets.map((set) => set.layer)))].sort((a, b) => a - b);
  const title = (setup) => (setup.state === null ? setup.policy : `${setup.policy}, k = ${page.count(setup.state)}`);
  const layerNames = (list) => ['all together', ...list.map((l) => String(l))];
  return { documents, until, sets, layers, title, layerNames };
})();

page.part('kept', (section) => {
  const controls = section.querySelector('.controls');
  const box = section.querySelector('.maps');
  let text = kept.documents[0];
  let state; // none yet: null is a state without bound
  let layer = null;
  const margin = { left: 62, top: 8, right: 10, bottom: 46 };

  /** Per pixel, the share of the chosen sets that hold the tokens under it: counted by differences. */
  function density(setup, width, height) {
    const chosen = kept.sets(setup, layer);
    const sum = new Float32Array(width * (height + 1));
    const per = new Float32Array(width);
    const scale = height / text.tokens;
    for (let p = 0; p < text.tokens; p++) per[Math.floor((p * width) / text.tokens)]++;
    for (const set of chosen) {
      const until = kept.until(text, set);
      for (let p = 0; p < text.tokens; p++) {
        const x = Math.floor((p * width) / text.tokens);
        const from = Math.max(0, Math.ceil((p + 1) * scale) - 1);
        const to = Math.floor(until[p] * scale);
        if (to > from) {
          sum[from * width + x]++;
          sum[to * width + x]--;
        }
      }
    }
    for (let i = width; i < sum.length; i++) sum[i] += sum[i - width];
    for (let i = 0; i < sum.length; i++) sum[i] /= per[i % width] * chosen.length;
    return sum;
  }

  function picture(setup) {
    const size = Math.min(text.tokens, 640);
    const canvas = page.make('canvas', { width: size, height: size });
    const context = canvas.getContext('2d');
    const image = context.createImageData(size, size);
    const shares = density(setup, size, size);
    const [none, full, ahead] = ['map-gone', 'map-kept', 'map-ahead'].map((n) => page.colour(n).match(/[\d.]+/g).map(Number));
    for (let i = 0; i < size * size; i++) {
      const share = Math.sqrt(Math.min(1, shares[i]));
      const low = i % size > Math.floor(i / size) ? ahead : none;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = low[c] + (full[c] - low[c]) * share;
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  function ticks(most) {
    const unit = 10 ** Math.floor(Math.log10(most / 4));
    const step = [1, 2, 2.5, 5, 10].map((f) => f * unit).find((s) => s >= most / 4 && Number.isInteger(s)) || Math.max(1, unit);
    return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  }

  function draw(canvas, setup) {
    const ratio = page.isPrinting() ? 3 : window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    const right = width - margin.right;
    const bottom = height - margin.bottom;
    context.imageSmoothingEnabled = text.tokens > width;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture(setup), margin.left, margin.top, right - margin.left, bottom - margin.top);
    context.strokeStyle = page.colour('axis');
    context.strokeRect(margin.left - 0.5, margin.top - 0.5, right - margin.left + 1, bottom - margin.top + 1);
    context.fillStyle = page.colour('ink');
    context.font = '12px system-ui, sans-serif';
    for (const v of ticks(text.tokens)) {
      const x = margin.left + ((right - margin.left) * v) / text.tokens;
      const y = margin.top + ((bottom - margin.top) * v) / text.tokens;
      context.fillRect(x - 0.5, bottom, 1, 5);
      context.fillRect(margin.left - 5, y - 0.5, 5, 1);
      context.textAlign = 'center';
      context.textBaseline = 'top';
      context.fillText(page.count(v), Math.min(x, width - 16), bottom + 7);
      context.textAlign = 'right';
      context.textBaseline = v === 0 ? 'top' : 'middle';
      context.fillText(page.count(v), margin.left - 8, y);
    }
    context.textAlign = 'center';
    context.textBaseline = 'bottom';
    context.fillText('position of the token', (margin.left + right) / 2, height - 4);
    context.translate(8, (margin.top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = 'middle';
    context.fillText('step', 0, 0);
  }

  /** The map in a sentence, for those who do not see it. */
  function words(setup) {
    const chosen = kept.sets(setup, layer);
    const lives = [];
    let held = 0;
    let oldest = text.tokens;
    for (const set of chosen) {
      kept.until(text, set).forEach((until, p) => {
        if (until === text.tokens) {
          held++;
          oldest = Math.min(oldest, p);
        } else {
          lives.push(Math.max(0, until - p));
        }
      });
    }
    lives.sort((a, b) => a - b);
    const where = layer === null ? 'A layer' : `Layer ${layer}`;
    return `${where} holds ${page.count(held / Math.max(1, chosen.length))} states at the end, the oldest of position ${page.count(oldest)}; `
      + (lives.length ? `one that left was held for ${page.count(lives[lives.length >> 1])} steps in the median, ${page.count(lives[lives.length - 1])} at most.` : 'none has left.');
  }

  function build() {
    const states = [...new Set(text.setups.map((s) => s.state))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
    const list = kept.layers(text);
    if (!states.includes(state)) state = states[Math.min(1, states.length - 1)];
    if (!list.includes(layer)) layer = null;
    controls.replaceChildren();
    if (kept.documents.length > 1) {
      controls.append(page.choice('Text', kept.documents.map((d) => `${d.item}, ${page.count(d.tokens)} tokens`), kept.documents.indexOf(text), (i) => {
        text = kept.documents[i];
        build();
      }));
    }
    if (states.length > 1) {
      controls.append(page.choice('State size k', states.map(page.stateName), states.indexOf(state), (i) => {
        state = states[i];
        figures();
      }));
    }
    controls.append(page.choice('Layer, from 0', kept.layerNames(list), layer === null ? 0 : list.indexOf(layer) + 1, (i) => {
      layer = i ? list[i - 1] : null;
      figures();
    }));
    figures();
  }

  let shown = [];
  function figures() {
    shown = text.setups.filter((s) => s.state === state).map((setup) => {
      const says = words(setup);
      const canvas = page.make('canvas', { class: 'map', role: 'img', 'aria-label': `Kept-token map of ${kept.title(setup)}. ${says}` });
      const caption = page.make('figcaption', {}, page.make('b', {}, setup.policy), setup.state === null ? '' : `, k = ${page.count(setup.state)}`);
      return { setup, canvas, figure: page.make('figure', {}, caption, canvas, page.make('p', { class: 'quiet' }, says)) };
    });
    box.replaceChildren(...shown.map((s) => s.figure));
    drawAll();
  }

  const drawAll = () => shown.forEach(({ canvas, setup }) => draw(canvas, setup));
  build();
  page.redraw(drawAll);
  let last = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth !== last) {
      last = box.clientWidth;
      drawAll();
    }
  }).observe(box);
});
