package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Unspecified, private, shared, loopback and link-local IPv4 addresses.
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        // IPv4 addresses for protocols, documentation, 6to4 relays and benchmarks.
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        // Multicast, reserved and broadcast IPv4 addresses.
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        // IPv6 addresses of these kinds, and IPv6 addresses that embed an IPv4 address.
        "::",
        "::1",
        "::10.0.0.1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
      })
  void addressOfASpecialNetwork_isNotAdmitted(String address) throws UnknownHostException {
    assertThat(Networks.PUBLIC.admit(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450::1",
      })
  void publicAddress_isAdmitted(String address) throws UnknownHostException {
    assertThat(Networks.PUBLIC.admit(InetAddress.getByName(address))).isTrue();
  }

  @Test
  void listedNetwork_isAdmittedToTheBit() throws UnknownHostException {
    Networks networks =
        Networks.publicAnd(List.of("10.1.0.0/17", "fd00::/9", "192.168.7.7", "0.0.0.0/32"));
    assertThat(networks.admit(InetAddress.getByName("10.1.127.255"))).isTrue();
    assertThat(networks.admit(InetAddress.getByName("10.1.128.0"))).isFalse();
    assertThat(networks.admit(InetAddress.getByName("10.0.255.255"))).isFalse();
    assertThat(networks.admit(InetAddress.getByName("fd7f:ffff::1"))).isTrue();
    assertThat(networks.admit(InetAddress.getByName("fd80::1"))).isFalse();
    assertThat(networks.admit(InetAddress.getByName("192.168.7.7"))).isTrue();
    assertThat(networks.admit(InetAddress.getByName("192.168.7.6"))).isFalse();
    assertThat(networks.admit(InetAddress.getByName("8.8.8.8"))).isTrue();
    assertThat(Networks.publicAnd(List.of("::/0")).admit(InetAddress.getByName("fe80::1")))
        .isTrue();
    assertThat(Networks.publicAnd(List.of("::/0")).admit(InetAddress.getByName("10.0.0.1")))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0/8",
        "10/8",
        "010.0.0.0/8",
        "fd00::/129",
        "fd00::%eth0/64",
        "10.0.0.0/8/8",
      })
  void network_thatIsNone_isRefusedByName(String network) {
    assertThatThrownBy(() -> Networks.publicAnd(List.of("10.0.0.0/8", network)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + network + "' is not a network such as 10.1.0.0/16 or fd00::/8");
  }
}
