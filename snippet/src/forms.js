// Vendange, forms: source of `forms.js`, an optional companion of `t.js` that may load before or after it.
//
// It reads a form only when that form was configured, only the fields that were mapped, and only when it is
// submitted. What must never leave does not, even if mapped: passwords, hidden fields, files, and card numbers.

const win = window, doc = document;
const FIELD_LIMIT = 16, VALUE_LIMIT = 256;
const REFUSED_TYPES = /^(password|hidden|file|submit|image|reset|button)$/;
const REFUSED_AUTOCOMPLETE = /(^|\s)cc-|password|one-time-code/i;

// The check digit of card numbers (ISO/IEC 7812-1, annex B).
const passesLuhn = digits => {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = +digits[digits.length - 1 - place] << (place & 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
};

// Whether 13 to 19 digits in a row could be a card's, whole or as some of the groups they are written in.
const holdsCardNumber = text =>
  (text.match(/\d(?:[\s.-]{0,2}\d){12,}/g) || []).some(run => {
    const groups = run.split(/\D+/);
    return groups.some((_, first) => {
      let digits = '';
      return groups.slice(first).some(group => {
        digits += group;
        return digits.length > 12 && digits.length < 20 && passesLuhn(digits);
      });
    });
  });

// What may leave of `values`, a map of Vendange's field names to texts.
const permitted = values => {
  const fields = {};
  let count = 0;
  Object.keys(values).forEach(key => {
    const text = values[key] == null ? '' : String(values[key]).trim();
    if (text && count < FIELD_LIMIT && !holdsCardNumber(text.slice(0, 4096))) {
      fields[key] = text.slice(0, VALUE_LIMIT);
      count++;
    }
  });
  return fields;
};

const mayBeRead = element =>
  !element.disabled && !REFUSED_TYPES.test(element.type) &&
  !REFUSED_AUTOCOMPLETE.test(element.getAttribute('autocomplete') || '');

const valueOf = element => {
  if (/^(radio|checkbox)$/.test(element.type)) return element.checked ? element.value : '';
  if (element.selectedOptions) return Array.from(element.selectedOptions, option => option.value).join(', ');
  return element.value;
};

// The mapped fields of `form`; with `given`, a map of names to values, those instead of what the elements hold now.
const readForm = (form, map, given) => {
  const values = {};
  Object.keys(map).forEach(key => {
    const elements = Array.from(form.elements).filter(element => element.name == map[key] && mayBeRead(element));
    values[key] = given && elements.length ? given[map[key]] : elements.map(valueOf).filter(Boolean).join(', ');
  });
  return values;
};

const byName = inputs => inputs.reduce((values, input) => ({ ...values, [input.name]: input.value }), {});

// The tracker may still be to come: then its calls wait where it looks for them.
if (typeof win.vendange != 'function') {
  const queue = function () { queue.q.push(arguments) };
  win.vendange = Object.assign(queue, { q: [] }, win.vendange);
}

win.vendange('use', (commands, emit) => {
  if (commands.forms) return;
  const configured = [];

  const configurationOf = form => form && configured.find(entry => entry.selector && form.matches(entry.selector));

  const send = (name, values) => {
    const fields = permitted(values);
    if (Object.keys(fields)[0]) emit('form_submit', { name: String(name).slice(0, 128), fields });
  };

  commands.forms = entry => {
    // A selector the browser does not understand fails here, where its author sees it.
    if (entry.selector) doc.querySelector(entry.selector);
    configured.push(entry);
  };

  commands.form = (name, values) => send(name, values || {});

  // At the end of the event's way it is known whether the page's own script took the form over: then that script
  // decides whether the visitor's entries are good, and calls `vendange('form', …)`, or the entry says `ajax`.
  const submitted = isCapture => event => {
    const entry = configurationOf(event.target);
    if (entry && !!entry.ajax == isCapture && (isCapture || !event.defaultPrevented)) {
      send(entry.name, readForm(event.target, entry.map));
    }
  };
  win.addEventListener('submit', submitted(true), true);
  win.addEventListener('submit', submitted(false));

  // Contact Form 7 has sent its mail; it may have emptied the form since.
  doc.addEventListener('wpcf7mailsent', event => {
    const form = event.target.closest('form') || event.target.querySelector('form');
    const entry = configurationOf(form);
    if (entry && !entry.ajax) send(entry.name, readForm(form, entry.map, byName(event.detail.inputs || [])));
  });

  // HubSpot hands over names and values, hidden fields among them. What is hidden shows only in the elements, which
  // are in this document where the form is embedded as HTML; in a frame of HubSpot's they are out of reach, and
  // nothing is read.
  win.addEventListener('hs-form-event:on-submission:success', event => {
    const entry = configured.find(item => item.hubspot && item.hubspot == event.detail.formId);
    const forms = win.HubspotFormsV4 || win.HubSpotFormsV4;
    if (!entry || !forms) return;
    const elements = doc.querySelectorAll(`[data-form-id="${CSS.escape(entry.hubspot)}"] [name]`);
    forms.getFormFromEvent(event).getFormFieldValues().then(inputs =>
      send(entry.name, readForm({ elements }, entry.map, byName(inputs))));
  });

  (win.vendangeForms || []).forEach(commands.forms);
});
