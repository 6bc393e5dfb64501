/// Mail domains that say nothing about a person's company.
package enum FreeMailDomains {
    /// Whether anybody can have an address at this lower-case domain.
    package static func contains(_ domain: String) -> Bool { self.all.contains(domain) }

    private static let all = Set(
        """
        gmail.com googlemail.com outlook.com outlook.fr outlook.be hotmail.com hotmail.fr hotmail.be hotmail.co.uk \
        hotmail.it hotmail.es live.com live.fr live.be msn.com yahoo.com yahoo.fr yahoo.co.uk yahoo.de yahoo.es \
        yahoo.it ymail.com rocketmail.com aol.com aol.fr icloud.com me.com mac.com proton.me protonmail.com \
        protonmail.ch pm.me gmx.com gmx.fr gmx.de gmx.net gmx.ch web.de t-online.de mail.com mail.ru yandex.com \
        yandex.ru zoho.com zohomail.eu tutanota.com tuta.com fastmail.com hey.com mailo.com mailo.fr orange.fr \
        wanadoo.fr free.fr laposte.net sfr.fr neuf.fr cegetel.net club-internet.fr numericable.fr noos.fr \
        bbox.fr bouygtel.fr aliceadsl.fr alice.fr voila.fr libertysurf.fr freesbee.fr 9online.fr 9business.fr \
        nordnet.fr netcourrier.com caramail.com dbmail.com lilo.org ik.me bluewin.ch sunrise.ch skynet.be \
        telenet.be proximus.be voo.be scarlet.be videotron.ca sympatico.ca libero.it virgilio.it tiscali.it \
        btinternet.com sky.com virginmedia.com comcast.net verizon.net att.net qq.com 163.com
        """.split(separator: " ").map(String.init)
    )
}
