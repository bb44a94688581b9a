'use strict';

// Reads the stream of server-sent events with fetch, not with EventSource, because EventSource cannot send the header
// Authorization, and a token must not be part of an address. The token stays in this page's memory only.

const get = (id) => document.getElementById(id);
let token = '';
let connection = null;
let about = { actions: false, thumbnails: true };
let modelView = null;
let orderRuns = false;

function request(path, options = {}) {
  const headers = { ...options.headers };
  if (token) {
    headers.Authorization = 'Bearer ' + token;
  }
  return fetch(path, { ...options, headers, cache: 'no-store', credentials: 'omit', redirect: 'error' });
}

// ---- the stream of events

async function follow() {
  let failures = 0;
  while (!document.hidden) {
    connection = new AbortController();
    try {
      const response = await request('events', { signal: connection.signal });
      if (!response.ok) {
        const reason = (await response.json()).error;
        state(reason, 'bad');
        if (response.status === 401 || response.status === 429) {
          askForToken(reason);
          return;
        }
        throw new Error(reason);
      }
      get('login').hidden = true;
      failures = 0;
      await read(response.body.getReader());
    } catch (e) {
      if (document.hidden) {
        return;
      }
      failures++;
      if (failures > 1) {
        state('Disconnected: ' + e.message, 'bad');
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(10000, 500 * 2 ** failures)));
    }
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    let end;
    while ((end = text.indexOf('\n\n')) >= 0) {
      dispatch(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
}

function dispatch(block) {
  const field = (name) => block.split('\n').find((line) => line.startsWith(name + ': '))?.slice(name.length + 2);
  const show = panels[field('event')];
  if (show) {
    show(JSON.parse(field('data')));
  }
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    connection?.abort();
  } else if (get('login').hidden) {
    follow();
  }
});

function askForToken(reason) {
  token = '';
  get('login').hidden = false;
  get('login-note').textContent = reason;
  get('token').value = '';
  get('token').focus();
}

get('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token = get('token').value.trim();
  get('token').value = '';
  get('login').hidden = true;
  follow();
});

// ---- the panels

const panels = {
  page(view) {
    about = view;
    get('model').textContent = view.model;
    document.title = view.model + ' – Millrace';
    get('topics').textContent = view.input + ' → ' + view.output;
    text('why', view.why);
    showModel();
  },

  stream(view) {
    const problems = view.problems.map((problem) => problem.reason).concat(view.troubles);
    get('problems').hidden = problems.length === 0;
    fill(get('problems'), problems.map((problem) => element('li', {}, problem)));
    if (!view.live) {
      state('Ended', 'bad');
    } else {
      state(view.problems.length === 0 ? 'Ready' : 'Not ready', view.problems.length === 0 ? 'good' : 'bad');
    }
    get('per-second').textContent = number(view.perSecond);
    get('seen').textContent = number(view.seen);
    for (const percentile of ['p50', 'p95', 'p99']) {
      get(percentile).textContent = view.latency ? duration(view.latency[percentile]) : '–';
    }
    line(get('rate-chart'), [view.history], 120, 32,
      'Images per second, last minute: now ' + view.perSecond + ', highest ' + Math.max(0, ...view.history));
    get('batch-mean').textContent = view.batches ? number(view.batches.mean) : '–';
    bars(view.batches ? view.batches.sizes : []);
    showServing(view.serving);
  },

  partitions(view) {
    get('lag').textContent = number(view.total);
    fill(get('partitions').tBodies[0], view.partitions.map((partition) => element('tr', {},
      element('th', { scope: 'row' }, partition.topic + '-' + partition.partition),
      element('td', {}, number(partition.lag)),
      partition.stalledSeconds > 0
        ? element('td', { class: 'bad' }, 'stalled for ' + partition.stalledSeconds + ' s')
        : element('td', {}, partition.lag > 0 ? 'behind' : 'up to date'))));
    text('more-partitions', view.more > 0 ? view.more + ' more partitions' : '');
  },

  predictions(view) {
    showCards(view.cards);
  },

  model(view) {
    modelView = view;
    showModel();
  },

  trainer(view) {
    get('no-trainer').hidden = view.progress !== null || view.waiting !== null || view.champion !== null
      || view.verdicts.length > 0;
    showWaiting(view.waiting);
    showTraining(view.progress);
    showMeasured(view.champion);
    showEpochs(view.epochs);
    const measured = view.verdicts.filter((verdict) => verdict.accuracy !== null);
    curve('checkpoints', [measured.map((v) => v.accuracy), measured.map((v) => v.champion)],
      'Accuracy of ' + count(measured, 'checkpoint') + lastAndHighest(measured)
      + (measured.some((v) => v.champion !== null) ? ' Dashed: the champion on the same images.' : ''));
    log('trainer', view.verdicts.slice().reverse().map((verdict) => [verdict.time,
      (verdict.measured === null ? '' : verdict.measured + ' – ') + verdict.text]));
  },

  deadLetters(view) {
    text('no-dead-letters', view.problem || (view.letters.length === 0 ? 'No dead letter in ' + view.topic + '.' : ''));
    log('dead-letters', view.letters.map((letter) => [letter.time,
      (letter.key || letter.source) + ': ' + letter.reason]));
  },

  action(view) {
    orderRuns = view.state === 'running';
    const line = get('action');
    line.textContent = view.text;
    line.className = 'action ' + ({ done: 'good', failed: 'bad' }[view.state] || '');
    showModel();
  },
};

function showTraining(progress) {
  get('training').hidden = progress === null;
  if (progress !== null) {
    fill(get('training-text'), [element('time', { datetime: progress.time }, clock(progress.time)), ' ' + progress.text]);
    get('training-bar').max = progress.epochs;
    get('training-bar').value = progress.epoch;
  }
}

function showWaiting(waiting) {
  const line = get('waiting');
  line.hidden = waiting === null;
  if (waiting !== null) {
    fill(line, [element('time', { datetime: waiting.time }, clock(waiting.time)), ' The training ' + waiting.text]);
  }
}

function showMeasured(champion) {
  const line = get('measured');
  line.hidden = champion === null;
  if (champion !== null) {
    line.className = champion.hasFallen ? 'bad' : '';
    fill(line, [element('time', { datetime: champion.time }, clock(champion.time)), ' ' + champion.text]);
  }
}

function showEpochs(epochs) {
  const rounds = new Set(epochs.map((epoch) => epoch.round)).size;
  const counted = count(epochs, 'epoch') + (rounds > 1 ? ' in ' + rounds + ' rounds' : '');
  const losses = epochs.map((epoch) => epoch.loss);
  const measured = epochs.filter((epoch) => epoch.accuracy !== null);
  curve('loss', [losses, epochs.map((epoch) => epoch.heldOutLoss)],
    'Loss of ' + counted + ': last ' + losses.at(-1)?.toFixed(3) + ', lowest ' + Math.min(...losses).toFixed(3) + '.'
    + (measured.length > 0 ? ' Dashed: on held-out images.' : ''));
  curve('accuracy', [measured.map((epoch) => epoch.accuracy)],
    'Held-out accuracy of ' + count(measured, 'epoch') + lastAndHighest(measured));
}

function showServing(version) {
  get('serving').textContent = version === null ? 'No version serves yet.' : 'Version ' + version + ' serves.';
}

function showModel() {
  if (!modelView) {
    return;
  }
  const view = modelView;
  showServing(view.serving);
  get('champion').textContent = view.promoted === null || view.promoted === view.serving
    ? '' : 'Version ' + view.promoted + ' is promoted.';
  const rollback = get('rollback');
  rollback.hidden = !about.actions || view.previous === null;
  rollback.disabled = orderRuns;
  rollback.textContent = 'Roll back to version ' + view.previous;
  fill(get('versions').tBodies[0], view.versions.map(versionRow));
  get('no-history').hidden = view.events.length > 0;
  log('history', view.events.map((event) => [event.time, event.text]));
}

function versionRow(version) {
  if (version.problem) {
    return element('tr', {}, element('th', { scope: 'row' }, version.version),
      element('td', { class: 'bad', colspan: 5 }, version.problem));
  }
  const words = [version.version === modelView.promoted && 'promoted', version.version === modelView.serving && 'serves'];
  const state = element('td', {}, words.filter(Boolean).join(', '));
  if (about.actions && version.version !== modelView.promoted) {
    const button = element('button', { type: 'button', id: 'promote-' + version.version }, 'Promote version ' + version.version);
    button.disabled = orderRuns;
    button.addEventListener('click', () => order('Promote version ' + version.version + '? Every instance will serve it.',
      'promotion', { version: version.version }));
    state.append(' ', button);
  }
  return element('tr', {},
    element('th', { scope: 'row' }, version.version),
    element('td', {}, version.accuracy === undefined ? '–' : version.accuracy),
    element('td', {}, version.created.slice(0, 16).replace('T', ' ')),
    element('td', {}, version.input),
    element('td', {}, version.classes),
    state);
}

// ---- predictions

const pictures = new Map();

function showCards(cards) {
  get('no-predictions').hidden = cards.length > 0;
  const known = cards.filter((card) => card.truth !== undefined);
  const hits = known.filter((card) => card.truth === card.label).length;
  text('hits', known.length === 0 ? '' : hits + ' of ' + known.length + ' with a known label are right.');
  const list = get('predictions');
  const shown = new Map([...list.children].map((item) => [item.dataset.key, item]));
  fill(list, cards.map((card) => {
    const key = keyOf(card);
    return shown.get(key) || cardItem(card, key);
  }));
  const keys = new Set(cards.map(keyOf));
  for (const [key, url] of pictures) {
    if (!keys.has(key)) {
      URL.revokeObjectURL(url);
      pictures.delete(key);
    }
  }
}

/** A card is drawn again once its label is known. */
function keyOf(card) {
  return [card.number, card.id, card.truth].join(' ');
}

function cardItem(card, key) {
  const judged = card.truth === undefined ? '' : card.truth === card.label ? 'hit' : 'miss';
  const item = element('li', { class: 'card ' + judged });
  item.dataset.key = key;
  if (about.thumbnails) {
    const picture = element('span', { class: 'picture' });
    item.append(picture);
    load(card, key, picture);
  }
  item.append(element('p', { class: 'label', title: card.label }, card.label),
    element('p', {}, percent(card.probability) + ' · v' + card.version));
  if (judged) {
    item.append(element('p', { class: judged === 'hit' ? 'good' : 'bad', title: card.truth },
      judged === 'hit' ? '✓ hit' : '✗ miss: ' + card.truth));
  }
  item.append(element('p', { class: 'id', title: card.id }, card.id));
  return item;
}

async function load(card, key, picture) {
  try {
    const response = await request('thumbnails/' + card.number);
    if (response.status === 200 && response.headers.get('Content-Type') === 'application/json') {
      picture.append(element('span', { class: 'missing' }, (await response.json()).missing));
    } else if (response.status === 200) {
      const url = URL.createObjectURL(await response.blob());
      pictures.set(key, url);
      picture.append(element('img', { src: url, alt: '', width: 96, height: 96 }));
    }
  } catch (e) {
    // The stream of events shows that the service is away.
  }
}

// ---- actions

function order(question, path, body) {
  const dialog = get('confirm');
  get('confirm-text').textContent = question;
  get('confirm-yes').onclick = () => {
    dialog.close();
    post(path, body);
  };
  get('confirm-no').onclick = () => dialog.close();
  dialog.showModal();
}

async function post(path, body) {
  let failure = '';
  try {
    const response = await request(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    failure = response.ok ? '' : (await response.json()).error;
  } catch (e) {
    failure = e.message;
  }
  if (failure) {
    panels.action({ state: 'failed', text: failure });
  }
}

get('rollback').addEventListener('click', () => order(get('rollback').textContent + '? Every instance will serve it.', 'rollback', {}));

// ---- drawing

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Replaces the children of an element, and keeps the focus on the child with the same id. */
function fill(parent, children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.id : '';
  parent.replaceChildren(...children);
  if (focused) {
    get(focused)?.focus();
  }
}

function log(id, entries) {
  fill(get(id), entries.map(([time, line]) => element('li', {}, element('time', { datetime: time }, clock(time)), ' ', line)));
}

function text(id, content) {
  get(id).hidden = !content;
  get(id).textContent = content || '';
}

function state(word, kind) {
  const line = get('state');
  if (line.textContent !== word) {
    line.textContent = word;
  }
  line.className = 'state ' + kind;
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function line(chart, series, width, height, label) {
  const all = series.flat().filter((value) => value !== null);
  const top = Math.max(...all, 1e-9);
  const bottom = series.length > 1 ? Math.min(...all, top) * 0.95 : 0;
  chart.setAttribute('aria-label', label);
  chart.replaceChildren(...series.map((values, i) => svg('polyline', {
    class: i === 0 ? 'series' : 'series other',
    points: values.map((value, x) => [value, x]).filter(([value]) => value !== null).map(([value, x]) =>
      (values.length < 2 ? width / 2 : x * width / (values.length - 1)).toFixed(1) + ','
      + (height - 2 - (height - 4) * (value - bottom) / (top - bottom || 1)).toFixed(1)).join(' '),
  })));
}

/** Draws a chart with its caption, and hides both if there are no values. */
function curve(id, series, caption) {
  get(id).hidden = series[0].length === 0;
  if (!get(id).hidden) {
    get(id + '-caption').textContent = caption;
    line(get(id + '-chart'), series, 300, 100, caption);
  }
}

function count(list, noun) {
  return list.length + ' ' + noun + (list.length === 1 ? '' : 's');
}

/** The last accuracy and the highest one, each with its interval, as text. */
function lastAndHighest(measured) {
  return measured.length === 0 ? '.' : ': last ' + measured.at(-1).measured + ', highest '
    + measured.reduce((best, one) => one.accuracy > best.accuracy ? one : best).measured + '.';
}

function bars(sizes) {
  const chart = get('batch-chart');
  const most = Math.max(1, ...sizes.map((size) => size.count));
  const step = 120 / Math.max(1, sizes.length);
  chart.setAttribute('aria-label', sizes.length === 0 ? 'No batch in the last 10 s'
    : 'Batches by size: ' + sizes.map((size) => size.count + ' up to ' + size.upTo).join(', '));
  chart.replaceChildren(...sizes.map((size, i) => {
    const height = 30 * size.count / most;
    return svg('rect', { class: 'bar', x: i * step + 1, y: 31 - height, width: Math.max(1, step - 2), height: height + 1 });
  }));
}

function number(value) {
  return value.toLocaleString('en');
}

function percent(share) {
  return (100 * share).toFixed(1) + ' %';
}

function duration(ms) {
  if (ms < 1000) {
    return ms + ' ms';
  }
  return ms < 60000 ? (ms / 1000).toFixed(1) + ' s' : ms < 3600000 ? (ms / 60000).toFixed(1) + ' min' : (ms / 3600000).toFixed(1) + ' h';
}

/** The time of day, with the date in front of it if the date is not today's. */
function clock(time) {
  const date = new Date(time);
  const day = date.toDateString() === new Date().toDateString() ? '' : date.toLocaleDateString('en-CA') + ' ';
  return day + date.toLocaleTimeString('en-GB');
}

async function open() {
  try {
    const access = await (await request('access')).json();
    if (access.tokens) {
      state('A token is needed', 'bad');
      askForToken('');
    } else {
      follow();
    }
  } catch (e) {
    follow();
  }
}

open();
