// capteur: no cookie, no storage; Do-Not-Track and GPC end it. docs/sensors/beacon.md
(function (w, d, n) {
	var me = d.currentScript || d.querySelector('[src*="/beacon.js"]'), to = me && me.src.replace(/\/[^/]*$/, ''),
		no = !me || n.webdriver || n.globalPrivacyControl || n.doNotTrack == 1 || w.doNotTrack == 1,
		ok = me && me.dataset.consent != 'required', l = location, on = addEventListener, push = history.pushState,
		path, from = d.referrer, born, since, seen, deep

	function send(mail) {
		var q = l.search.match(/[?&](utm_\w+=[^&]*|\w+clk?id(?==)|[gw]braid(?==))/g), text = JSON.stringify({
			v: 1, h: l.host, p: path, q: q && q.join(''), r: from.split('/')[2], c: mail,
			a: (Date.now() - born) / 1e3 | 0, s: seen / 1e3 | 0, d: deep
		})
		if (w.fetch && 'keepalive' in Request.prototype)
			fetch(to, {method: 'POST', body: text, keepalive: true, credentials: 'omit'}).catch(function () {})
		else if (n.sendBeacon) n.sendBeacon(to, text)
	}
	function scroll() {
		deep = Math.max(deep, Math.min(100, (w.scrollY + w.innerHeight) / d.documentElement.scrollHeight * 100 | 0))
	}
	function look() {
		if (!ok || d.hidden || since) return
		since = Date.now()
		seen || send()
	}
	function leave() {
		if (!since) return
		seen += Date.now() - since
		since = 0
		scroll()
		send()
	}
	function open() {
		path = l.pathname, born = Date.now(), since = seen = deep = 0
		look()
	}
	function route() {
		if (path == l.pathname) return
		leave()
		from = ''
		open()
	}
	w.capteurConsent = function (yes) {
		ok = !no && yes !== false
		open()
	}
	w.capteur = {identify: function (who) {
		if (since && who) send(String(who.email).split('@')[1])
	}}
	if (no) return
	history.pushState = function () {
		push.apply(this, arguments)
		route()
	}
	on('visibilitychange', function () { d.hidden ? leave() : look() })
	on('scroll', scroll)
	on('popstate', route)
	on('pagehide', leave)
	on('pageshow', function (e) { e.persisted && open() })
	open()
})(window, document, navigator)
