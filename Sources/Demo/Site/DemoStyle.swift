/// The look of all pages, and the banner's few lines of script.
enum DemoStyle {
    static let css = """
        :root{--ink:#1d2b33;--paper:#fbfaf7;--accent:#7a1f3d;--line:#d9d4c8;--soft:#f1ede3}
        *{box-sizing:border-box}
        body{margin:0;font:17px/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
        a{color:var(--accent)}a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid #2f6fde}
        .demo{background:var(--ink);color:#fff;font-size:.85rem;padding:.4rem 1rem;display:flex;flex-wrap:wrap;gap:1rem}
        .demo a{color:#fff}.demo .end{margin-left:auto}
        header{border-bottom:1px solid var(--line);padding:1rem}
        header,main,footer{max-width:60rem;margin:0 auto}
        header strong{font-size:1.3rem;letter-spacing:.02em}
        nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.5rem 0 0;padding:0}
        nav a[aria-current]{font-weight:700;text-decoration:none}
        main{padding:1.5rem 1rem 2rem}h1{line-height:1.2}.intro{font-size:1.2rem}
        footer{padding:0 1rem 8rem}.box{border:1px solid var(--line);background:var(--soft);padding:1rem;border-radius:.4rem}
        .box h2{font-size:1rem;margin:0}.banner{position:fixed;left:0;right:0;bottom:0;background:#fff;padding:1rem;
        border-top:3px solid var(--accent);box-shadow:0 -4px 20px #0002}
        .banner p{max-width:60rem;margin:0 auto .6rem}.banner div{max-width:60rem;margin:0 auto;display:flex;gap:1rem}
        button{font:inherit;padding:.5rem 1.4rem;border:2px solid var(--accent);border-radius:.3rem;background:#fff;
        color:var(--accent);cursor:pointer}button.link{border:0;padding:0;background:none;text-decoration:underline}
        [hidden]{display:none!important}label{display:block;margin:.8rem 0 .2rem}
        input{font:inherit;padding:.4rem;width:100%;max-width:24rem}
        article{border:1px solid var(--line);background:#fff;border-radius:.4rem;padding:1rem;margin:0 0 1.2rem}
        article h2{margin:0;font-size:1.1rem}.meta{color:#5a666d;font-size:.9rem;margin:.2rem 0 .8rem}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
        td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
        """

    /// The tracker keeps the choice under `vdg.c`; the page only reads it, and says it to the tracker.
    static let bannerScript = """
        (function () {
          var banner = document.getElementById('banner'), chosen;
          var signal = navigator.globalPrivacyControl || navigator.doNotTrack == 1;
          function stored() { try { return localStorage.getItem('vdg.c') } catch (error) { return null } }
          function show() {
            var choice = signal ? 'signal' : chosen || stored() || 'none';
            document.querySelectorAll('[data-choice]').forEach(function (part) {
              part.hidden = part.dataset.choice != choice;
            });
            banner.hidden = choice != 'none';
            document.getElementById('change').hidden = choice == 'none' || choice == 'signal';
          }
          document.querySelectorAll('[data-consent]').forEach(function (button) {
            button.addEventListener('click', function () {
              chosen = button.dataset.consent;
              vendange('consent', chosen);
              show();
            });
          });
          document.getElementById('change').addEventListener('click', function () {
            banner.hidden = false;
            banner.querySelector('button').focus();
          });
          show();
        })();
        """
}
