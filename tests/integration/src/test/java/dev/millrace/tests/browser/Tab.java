package dev.millrace.tests.browser;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A tab of the browser. It records the errors and the requests of its page. */
public final class Tab {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DevTools tools;
  private final String session;
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private Tab(DevTools tools, String session) {
    this.tools = tools;
    this.session = session;
  }

  static Tab open(DevTools tools, URI address) throws Exception {
    String target =
        tools.call(null, "Target.createTarget", "url", "about:blank").get("targetId").asText();
    String session =
        tools
            .call(null, "Target.attachToTarget", "targetId", target, "flatten", true)
            .get("sessionId")
            .asText();
    Tab tab = new Tab(tools, session);
    tools.listen(session, tab::note);
    for (String domain : List.of("Runtime", "Log", "Network", "Page")) {
      tab.call(domain + ".enable");
    }
    tab.call("Page.navigate", "url", address.toString());
    return tab;
  }

  private void note(JsonNode event) {
    JsonNode values = event.get("params");
    switch (event.get("method").asText()) {
      case "Runtime.exceptionThrown" -> errors.add(values.get("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(values.get("type").asText())) {
          errors.add(values.get("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        if (List.of("error", "warning").contains(values.at("/entry/level").asText())) {
          errors.add(values.get("entry").toString());
        }
      }
      case "Network.requestWillBeSent" -> requests.add(values.at("/request/url").asText());
      default -> {
        // The other events do not matter.
      }
    }
  }

  private JsonNode call(String method, Object... parameters) throws Exception {
    return tools.call(session, method, parameters);
  }

  /** Returns the errors and warnings of the page's console so far. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Returns the addresses of all requests so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /**
   * Evaluates an expression in the page. If the value is a promise, waits for the promise and
   * returns its result.
   */
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "returnByValue",
            true,
            "awaitPromise",
            true);
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
    }
    return result.get("result").path("value");
  }

  /** Waits until an expression is true. */
  public void awaitTrue(String expression) {
    await(expression)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions() // while the page loads
        .until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
  }

  /** Returns the visible text of an element. */
  public String text(String selector) throws Exception {
    return evaluate("document.querySelector('" + selector + "').innerText").asText();
  }

  /** Clicks an element, as a user does. */
  public void click(String selector) throws Exception {
    JsonNode place =
        evaluate(
            "(() => { const e = document.querySelector('"
                + selector
                + "'); e.scrollIntoView({block: 'center', behavior: 'instant'});"
                + " const r = e.getBoundingClientRect();"
                + " return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          "type",
          type,
          "x",
          place.get("x"),
          "y",
          place.get("y"),
          "button",
          "left",
          "clickCount",
          1);
    }
  }

  /** Types a text into the element that has the focus. */
  public void type(String text) throws Exception {
    call("Input.insertText", "text", text);
  }

  /** Presses a key, for example {@code Tab} or {@code Enter}. */
  public void press(String key, int code) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "type",
          type,
          "key",
          key,
          "code",
          key,
          "windowsVirtualKeyCode",
          code,
          "text",
          key.equals("Enter") && type.equals("keyDown") ? "\r" : "");
    }
  }

  /** Sets the size of the window, and the colour scheme that the user prefers. */
  public void look(int width, int height, String scheme) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 500);
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
  }

  /** Writes a picture of the whole page as PNG. */
  public void screenshot(Path file) throws Exception {
    byte[] png =
        Base64.getDecoder()
            .decode(
                call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true)
                    .get("data")
                    .asText());
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, png);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
