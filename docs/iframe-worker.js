// A page opened from a file may start no worker, and the search needs one: let a hidden frame do the work instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.body.appendChild(Object.assign(document.createElement("iframe"), { hidden: true }))
      const inside = this.frame.contentWindow
      addEventListener("message", (event) => {
        if (event.source === inside) this.dispatchEvent(new MessageEvent("message", { data: event.data }))
      })
      inside.importScripts = (...urls) =>
        urls.reduce((before, next) => before.then(() => load(inside.document, next)), Promise.resolve())
      inside.postMessage = (data) => inside.eval("(data) => parent.postMessage(data, '*')")(data) // so that the frame is its source
      this.ready = load(inside.document, new URL(url, location.href).href)
    }

    postMessage(data) {
      this.ready.then(() => {
        const inside = this.frame.contentWindow
        inside.dispatchEvent(new inside.MessageEvent("message", { data: structuredClone(data) }))
      })
    }

    terminate() {
      this.frame.remove()
    }
  }

  const load = (page, url) =>
    new Promise((resolve, reject) => {
      const script = Object.assign(page.createElement("script"), { src: url, onload: resolve, onerror: reject })
      page.head.appendChild(script)
    })
}
