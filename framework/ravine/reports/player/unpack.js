"use strict";
// Unpack: texts of the page back to objects and arrays; the counterpart of packing.py.

async function inflated(id) {
  const text = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Arrays {
  constructor(planes) {
    const n = planes.length / 4;
    this.steps = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      this.steps[i] = ((planes[i] << 24) | (planes[n + i] << 16) | (planes[2 * n + i] << 8) | planes[3 * n + i]) >>> 0;
    }
    this.known = new Map();
  }

  // Columns of an array that lies at a place: one Float32Array each.
  columns([at, rows, columns]) {
    // An array without numbers begins where the next one does.
    const key = `${at} ${rows} ${columns}`;
    if (!this.known.has(key)) {
      const bits = new Uint32Array(1), number = new Float32Array(bits.buffer);
      const found = [];
      for (let k = 0; k < columns; k++) {
        const column = new Float32Array(rows);
        let ordered = 0;
        for (let i = 0; i < rows; i++) {
          const step = this.steps[at + k * rows + i];
          ordered += step & 1 ? -((step + 1) / 2) : step / 2;
          bits[0] = (Math.abs(ordered) * 128 + (ordered < 0 ? 0x80000000 : 0)) >>> 0;
          column[i] = number[0];
        }
        found.push(column);
      }
      this.known.set(key, found);
    }
    return this.known.get(key);
  }
}

async function unpacked() {
  const about = JSON.parse(new TextDecoder().decode(await inflated("about")));
  return { about, arrays: new Arrays(await inflated("arrays")) };
}
