import NIOCore
import Testing

@testable import Delivery

struct AddressRulesTests {
    private func isPublic(_ text: String) throws -> Bool {
        AddressRules.isPublic(try SocketAddress(ipAddress: text, port: 443))
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.8",
        "192.168.0.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
    ])
    func insideIPv4IsNotPublic(address: String) throws {
        #expect(try !self.isPublic(address))
        #expect(try !self.isPublic("::ffff:\(address)"))
        #expect(try !self.isPublic("64:ff9b::\(address)"))
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
    ])
    func outsideIPv4IsPublic(address: String) throws {
        #expect(try self.isPublic(address))
        #expect(try self.isPublic("::ffff:\(address)"))
        #expect(try self.isPublic("64:ff9b::\(address)"))
    }

    @Test(arguments: [
        "::", "::1", "::127.0.0.1", "::93.184.216.34", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1",
        "ff02::1", "100::1", "2001::1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b:1::7f00:1",
        "64:ff9b::1:0:0:5db8:d822", "0:0:0:0:0:1::",
    ])
    func insideIPv6IsNotPublic(address: String) throws {
        #expect(try !self.isPublic(address))
    }

    @Test(arguments: ["2606:4700:4700::1111", "2a00:1450:4007::200e", "2001:4860:4860::8888", "2002:5db8:d822::1"])
    func outsideIPv6IsPublic(address: String) throws {
        #expect(try self.isPublic(address))
    }

    @Test func aSocketInTheFileSystemIsNotPublic() throws {
        #expect(AddressRules.isPublic(try SocketAddress(unixDomainSocketPath: "/run/socket")) == false)
    }
}
