package dev.millrace.blobs;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Asks the name service. */
@FunctionalInterface
interface Lookup {

  /** The name service of this machine. */
  Lookup SYSTEM = InetAddress::getAllByName;

  /** {@return the addresses of a name; at least one} */
  InetAddress[] addresses(String host) throws UnknownHostException;
}
