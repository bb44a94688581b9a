package dev.millrace.blobs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks to which a connection may lead: the public internet, and any listed networks.
 *
 * <p>The networks in IANA's registries of special-purpose addresses are not public. These are
 * loopback, private (RFC 1918), shared (RFC 6598), link-local, multicast, broadcast, documentation
 * and reserved addresses, and IPv6 unique local addresses. IPv6 addresses that embed an IPv4
 * address (IPv4-mapped, NAT64, 6to4, Teredo) are not public either.
 */
public final class Networks {

  /** Only the public internet. */
  public static final Networks PUBLIC = new Networks(List.of());

  private static final List<Network> SPECIAL_IPV4 =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /** The network that contains all public IPv6 addresses. */
  private static final Network GLOBAL_IPV6 = Network.parse("2000::/3");

  private static final List<Network> SPECIAL_IPV6 =
      networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private final List<Network> listed;

  private Networks(List<Network> listed) {
    this.listed = listed;
  }

  /**
   * {@return the public internet and these networks}
   *
   * @param listed networks such as {@code 10.1.0.0/16} or {@code fd00::/8}, or single addresses
   * @throws IllegalArgumentException if a network is not valid; the message names it
   */
  public static Networks publicAnd(List<String> listed) {
    return new Networks(networks(listed.toArray(String[]::new)));
  }

  /**
   * {@return whether a connection may lead to this address}
   *
   * @param address the address
   */
  public boolean admit(InetAddress address) {
    byte[] bytes = address.getAddress();
    return contain(listed, bytes) || isPublic(bytes);
  }

  private static boolean isPublic(byte[] address) {
    return address.length == 4
        ? !contain(SPECIAL_IPV4, address)
        : GLOBAL_IPV6.contains(address) && !contain(SPECIAL_IPV6, address);
  }

  private static boolean contain(List<Network> networks, byte[] address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  private static List<Network> networks(String... texts) {
    List<Network> networks = new ArrayList<>();
    for (String text : texts) {
      networks.add(Network.parse(text));
    }
    return List.copyOf(networks);
  }

  /** The addresses that have the same first {@code bits} bits as {@code prefix}. */
  @SuppressWarnings("ArrayRecordComponent") // networks are never compared and never printed
  private record Network(byte[] prefix, int bits) {

    static Network parse(String text) {
      int slash = text.indexOf('/');
      String host = slash < 0 ? text : text.substring(0, slash);
      try {
        String normal = HostName.of(host.indexOf(':') < 0 ? host : "[" + host + "]");
        if (!HostName.isAddress(normal)) {
          throw new IllegalArgumentException("it has a name instead of an address");
        }
        byte[] prefix = InetAddress.getByName(normal).getAddress();
        int bits = slash < 0 ? prefix.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > prefix.length * 8) {
          throw new IllegalArgumentException("its length is too large");
        }
        return new Network(prefix, bits);
      } catch (IllegalArgumentException | UnknownHostException e) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a network such as 10.1.0.0/16 or fd00::/8", e);
      }
    }

    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      for (int i = 0; i < prefix.length; i++) {
        int mask = 0xff << Math.max(0, Math.min(8, 8 * (i + 1) - bits));
        if (((address[i] ^ prefix[i]) & mask & 0xff) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
