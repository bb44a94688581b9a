package dev.millrace.tests;

import dev.millrace.service.http.HttpEndpoint;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Sets the time limits of the JDK's HTTP server before the first test. The JDK reads these limits
 * only once in a JVM. If a test started an HTTP server of the JDK before {@link HttpEndpoint} sets
 * the limits, {@link HttpEndpoint} would have no limits.
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
