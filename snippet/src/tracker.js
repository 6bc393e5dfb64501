// Vendange, the browser tracker: source of `t.js`. ES2019, no dependency, at most 2,048 bytes gzipped.
//
// It reads of the page: its address, title, referrer, scroll position, visibility, and the addresses of links that
// are clicked. It writes to the browser: the choice about consent (`vdg.c`) and, only once that choice is "granted",
// events that could not be delivered (`vdg.q`). `snippet/README.md` says how to embed and configure it.

const win = window, doc = document, nav = navigator;
const before = win.vendange || {};

// A page that embeds the tracker twice (by hand and by a tag manager) must not count twice.
if (!before.x) {
  const script = (doc.currentScript || {}).src || location.href;

  // Weakest first: the script's own address, attributes (tag managers strip them), the page's global.
  const config = Object.assign(
    Object.fromEntries(new URL(script).searchParams), (doc.currentScript || {}).dataset, before);
  const endpoint = (config.url || new URL('.', script).href).replace(/\/?$/, '/e');

  const CHOICE_KEY = 'vdg.c', QUEUE_KEY = 'vdg.q';
  const DENIED = 'denied', GRANTED = 'granted', PAGE_VIEW = 'page_view';
  const KEPT_EVENTS = 32, KEPT_MILLISECONDS = 48 * 3600e3, EVENTS_PER_REQUEST = 8,
    UNREADABLE_ANSWERS = 4, SETTLE_MILLISECONDS = 300, WAITING_LIMIT = 99;

  // Twelve random bytes are sixteen characters. It lives as long as this page load and is stored nowhere.
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(12)))).replace(/\W/g, '_');
  let counter = 0;

  // Storage may be forbidden (the property access itself throws) or full: then everything stays in memory.
  const stored = key => { try { return localStorage.getItem(key) } catch (e) {} };
  const store = (key, text) => {
    try { text ? localStorage.setItem(key, text) : localStorage.removeItem(key) } catch (e) {}
  };

  // A signal of the browser outweighs what the page says, and is not written down: it is read at each load.
  const refusedByBrowser = nav.globalPrivacyControl || nav.doNotTrack == 1;
  // Another tab, or a page visited since this one went to the back/forward cache, may have changed the choice: what
  // is stored counts, and what is in memory only where nothing can be stored.
  let consent;
  const recall = () => { consent = refusedByBrowser ? DENIED : stored(CHOICE_KEY) || consent };
  recall();

  // ---- Sending ----

  let queue = [], failures = 0, retry, underWay;

  // The ids this page answers for. What is stored besides them is another tab's, and stays.
  const mine = {};
  const kept = test => { try { return JSON.parse(stored(QUEUE_KEY)).filter(test) } catch (e) { return [] } };

  const keep = () => {
    const events = kept(event => !mine[event.id]).concat(queue);
    store(QUEUE_KEY, consent == GRANTED && events[0] && JSON.stringify(events.slice(-KEPT_EVENTS)));
  };

  // One request at a time, so that what comes first arrives first and a visitor without a cookie gets one, not two;
  // only the end of a page cannot wait. The events of a failed request come back to the queue under their ids.
  const flush = leaving => {
    const now = Date.now();
    recall();
    queue = queue.filter(event =>
      now - event.time < KEPT_MILLISECONDS && (consent != DENIED || event.consent == DENIED));
    // While the collector is known to be down, the answer may come after this page is gone.
    if (failures) keep();
    if (underWay && !leaving) return;
    const batch = queue.splice(0, leaving ? KEPT_EVENTS : EVENTS_PER_REQUEST);
    if (!batch[0]) return;
    const body = JSON.stringify(batch.map(({ n, ...event }) => ({ ...event, sent: now })));
    // Without keepalive a fetch ends with its page. A text is sent by the beacon as text/plain too.
    if (leaving && !('keepalive' in Request.prototype) && nav.sendBeacon(endpoint, body)) return;
    underWay = 1;
    fetch(endpoint, {
      method: 'POST',
      body,
      // An answer this page may not read (a proxy's own, say) looks like a dead network. After some of those (`n` of an
      // event) it is not asked to be read: any answer will do then, and what nobody takes does not stand in the way
      // for ever.
      mode: batch[0].n > UNREADABLE_ANSWERS ? 'no-cors' : 'cors',
      // The budget of 64 KiB for all such requests counts bytes; a character takes three at most.
      keepalive: body.length < 2e4,
      credentials: 'include',
      // The one type that needs no preflight.
      headers: { 'Content-Type': 'text/plain' }
    }).then(answer => {
      // 429 and 5xx are kept, whatever else went wrong would go wrong again.
      if (answer.status == 429 || answer.status > 499) throw 0;
      failures = underWay = 0;
      keep();
      flush();
    }).catch(error => {
      underWay = 0;
      if (error) batch.forEach(event => event.n = -~event.n);
      queue = batch.concat(queue).slice(-KEPT_EVENTS);
      keep();
      clearTimeout(retry);
      retry = setTimeout(flush, 1e3 << (failures < 8 ? ++failures : 8));
    });
  };

  const emit = (type, fields, leaving) => {
    recall();
    // After a refusal only page views, to be counted, and forms: what somebody says of themselves by sending one.
    if (consent == DENIED && !/^[pf]/.test(type)) return;
    if (queue.length < WAITING_LIMIT) {
      const id = nonce + '.' + counter++;
      queue.push({
        type, site: config.site, url: url.slice(0, 2048), id, time: Date.now(), consent,
        ...fields
      });
      mine[id] = 1;
    }
    flush(leaving);
  };

  // ---- Pages ----

  let url, page, click, settling, visibleSince, engaged, scroll;

  const address = () => location.href.split('#')[0];

  // Time counts from here, if the page can be seen.
  const watch = () => { visibleSince = !doc.hidden && performance.now() };

  // Adds up the visible time and the depth until now. Not done at a page's begin, where the document may still be
  // empty, that is, all in view.
  const measure = () => {
    if (visibleSince) engaged += performance.now() - visibleSince;
    watch();
    scroll = Math.max(
      scroll, Math.min(100, (win.scrollY + win.innerHeight) / doc.documentElement.scrollHeight * 100 | 0));
  };

  // What was measured since the last time; a page that is shown again after it was hidden sends the difference.
  const endPage = leaving => {
    if (settling) view();
    measure();
    // `pagehide` and `visibilitychange` come together: the second finds nothing left.
    if (engaged > 99) {
      emit('engagement', { engaged: engaged | 0, scroll }, leaving);
      engaged = 0;
    }
  };

  const beginPage = () => {
    url = address();
    engaged = scroll = 0;
    watch();
  };

  const view = arrival => {
    settling = clearTimeout(settling);
    page = { title: doc.title.slice(0, 256), ...arrival };
    emit(PAGE_VIEW, page);
  };

  const navigated = () => {
    if (address() == url) return;
    // A second address within the settling time replaces the first: routers redirect that way.
    if (settling) settling = clearTimeout(settling); else endPage();
    beginPage();
    settling = setTimeout(view, SETTLE_MILLISECONDS);
  };

  // ---- Commands ----

  const api = (...call) => {
    // Before the page is shown, and until `forms.js` brings its commands, calls wait.
    if (started && api.x[call[0]]) api.x[call[0]](...call.slice(1));
    else if (api.q.length < WAITING_LIMIT) api.q.push(call);
  };

  const replay = () => api.q.splice(0).forEach(call => api(...call));

  let started;
  win.vendange = api;
  api.q = before.q || [];
  api.x = {
    page() {
      endPage();
      beginPage();
      view();
    },

    event(name) {
      emit('custom', { name: name && (name + '').slice(0, 128) });
    },

    consent(choice) {
      recall();
      // Consent managers repeat themselves on every page.
      if (refusedByBrowser || choice == consent || choice != GRANTED && choice != DENIED) return;
      if (settling) view();
      consent = choice;
      store(CHOICE_KEY, choice);
      if (choice == DENIED) click = undefined;
      keep();
      if (page) emit(PAGE_VIEW, { ...page, click, upgrade: true });
    },

    // For `forms.js`, which may come before or after: gets the commands to add to and the way to send.
    use(extend) {
      extend(api.x, emit);
      replay();
    }
  };

  // ---- Start ----

  const start = () => {
    // The redirect's token leaves the address bar before anybody copies it; the rest of the address is not touched.
    const handedOver = /([?&])vdg=([^&#]*)&?/.exec(location.href);
    if (handedOver) {
      if (consent != DENIED) click = handedOver[2];
      history.replaceState(
        history.state, '', location.href.replace(handedOver[0], handedOver[1]).replace(/[?&](?=#|$)/, ''));
    }

    if (consent == GRANTED) queue = kept(event => mine[event.id] = 1);
    // Removes what is stored without, or no longer with, consent.
    keep();

    started = true;
    beginPage();
    if (config.auto + '' != 'false') {
      view({ referrer: doc.referrer || undefined, click });

      // An element with that id, or a variable of the page, is not the Navigation API.
      if ((win.navigation || {}).currentEntry) {
        navigation.addEventListener('currententrychange', navigated);
      } else {
        ['pushState', 'replaceState'].forEach(name => {
          const original = history[name];
          history[name] = function () {
            original.apply(this, arguments);
            navigated();
          };
        });
        addEventListener('popstate', navigated);
      }

      // Back and forward without a load: a new view of a page that kept its state.
      addEventListener('pageshow', event => {
        if (event.persisted) {
          beginPage();
          view();
        }
      });
    }
    replay();

    addEventListener('scroll', measure, { passive: true });
    addEventListener('online', () => flush());
    addEventListener('pagehide', endPage);
    doc.addEventListener('visibilitychange', () => doc.hidden ? endPage(1) : watch());

    const clicked = event => {
      // The first of the path is the element itself, also inside a component's shadow tree; it may be the document.
      const target = event.composedPath()[0];
      const link = event.button < 2 && target.closest && target.closest('a[href]');
      if (!link || !/^http/.test(link.protocol)) return;
      const isFile = link.hasAttribute('download') ||
        /\.(pdf|docx?|xlsx?|pptx?|od[tsp]|csv|zip|rar|7z|dwg|dxf|stp|step|mp4)$/i.test(link.pathname);
      if (isFile || link.host != location.host) {
        emit('download', { name: isFile ? 'file' : 'outbound', target: link.href.slice(0, 2048) });
      }
    };
    doc.addEventListener('click', clicked, true);
    doc.addEventListener('auxclick', clicked, true);
  };

  doc.prerendering ? doc.addEventListener('prerenderingchange', start) : start();
}
