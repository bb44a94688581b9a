package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Model versions in memory, which can fail at every step. */
final class MemoryVersions implements RemoteVersions {

  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> calls = new ArrayList<>();

  /** Whether every call fails as if the other machine did not work. */
  boolean away;

  /**
   * The number of calls of {@link #publish} and {@link #create} that succeed before one of them
   * fails. The failing call has its effect first, as if the connection broke before the response.
   * -1 if no call fails.
   */
  int callsToBreak = -1;

  /**
   * The number of calls that succeed before the calling process is killed. The next call and all
   * later calls have no effect. -1 if the process is not killed.
   */
  int callsToKill = -1;

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  static boolean isKill(Throwable e) {
    return e instanceof Killed;
  }

  private void begin(String call) throws RemoteAwayException {
    calls.add(call);
    if (away) {
      throw new RemoteAwayException("nobody answers", null);
    }
    if (callsToKill == 0) {
      throw new Killed();
    }
    callsToKill--;
  }

  private void end() throws RemoteAwayException {
    if (callsToBreak-- == 0) {
      throw new RemoteAwayException("the connection broke", null);
    }
  }

  @Override
  public String place() {
    return "memory://models";
  }

  @Override
  public synchronized List<String> models() throws RemoteAwayException {
    begin("models");
    return files.keySet().stream()
        .filter(key -> key.endsWith("/millrace.json"))
        .map(key -> key.substring(0, key.indexOf('/')))
        .distinct()
        .toList();
  }

  @Override
  public synchronized List<Integer> versions(String model) throws RemoteAwayException {
    begin("versions");
    return files.keySet().stream()
        .filter(key -> key.startsWith(model + "/") && key.endsWith("/millrace.json"))
        .map(key -> Integer.valueOf(key.split("/", -1)[1]))
        .toList();
  }

  @Override
  public synchronized byte[] manifest(String model, int version) throws RemoteAwayException {
    begin("manifest " + version);
    return files.get(model + "/" + version + "/millrace.json");
  }

  @Override
  public synchronized void read(
      String model, int version, String file, String sha256, OutputStream out) throws IOException {
    begin("read " + file);
    byte[] bytes = files.get(model + "/" + sha256);
    if (bytes == null || !Sha256.of(bytes).equals(sha256)) {
      throw new ModelException(file + " is not there");
    }
    out.write(bytes);
  }

  @Override
  public void requireWritable() throws RemoteAwayException {
    begin("requireWritable");
  }

  @Override
  public synchronized void publish(String model, String sha256, Path file)
      throws RemoteAwayException {
    begin("publish");
    try {
      files.put(model + "/" + sha256, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end();
  }

  @Override
  public synchronized boolean create(String model, int version, byte[] manifest)
      throws RemoteAwayException {
    begin("create " + version);
    boolean created = files.putIfAbsent(model + "/" + version + "/millrace.json", manifest) == null;
    end();
    return created;
  }

  @Override
  public synchronized void remove(String model, int version) throws RemoteAwayException {
    begin("remove " + version);
    files.remove(model + "/" + version + "/millrace.json");
  }

  @Override
  public void close() {
    calls.add("close");
  }
}
