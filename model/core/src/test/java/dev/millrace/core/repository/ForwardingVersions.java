package dev.millrace.core.repository;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** Forwards every call to another object. Tests override some methods. */
class ForwardingVersions implements RemoteVersions {

  private final RemoteVersions target;

  ForwardingVersions(RemoteVersions target) {
    this.target = target;
  }

  @Override
  public String place() {
    return target.place();
  }

  @Override
  public List<String> models() throws RemoteAwayException {
    return target.models();
  }

  @Override
  public List<Integer> versions(String model) throws RemoteAwayException {
    return target.versions(model);
  }

  @Override
  public byte[] manifest(String model, int version) throws RemoteAwayException {
    return target.manifest(model, version);
  }

  @Override
  public void read(String model, int version, String file, String sha256, OutputStream out)
      throws IOException {
    target.read(model, version, file, sha256, out);
  }

  @Override
  public void requireWritable() throws RemoteAwayException {
    target.requireWritable();
  }

  @Override
  public void publish(String model, String sha256, Path file) throws RemoteAwayException {
    target.publish(model, sha256, file);
  }

  @Override
  public boolean create(String model, int version, byte[] manifest) throws RemoteAwayException {
    return target.create(model, version, manifest);
  }

  @Override
  public void remove(String model, int version) throws RemoteAwayException {
    target.remove(model, version);
  }

  @Override
  public void close() {
    target.close();
  }
}
