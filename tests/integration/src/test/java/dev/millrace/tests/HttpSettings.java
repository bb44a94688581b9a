package dev.millrace.tests;

import dev.millrace.service.http.HttpEndpoint;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Sets the time limits of the JDK's HTTP server before the first test. The JDK reads them once in a
 * JVM, and a test that starts such a server for another purpose would otherwise leave {@link
 * HttpEndpoint} without limits.
 */
public final class HttpSettings implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    try {
      Class.forName(HttpEndpoint.class.getName());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
