package org.msrnn.eval.command;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;

/**
 * Wires the commands. Services are found by the core's catalogue, not by Guice, so that Guice needs
 * no access to plug-ins.
 */
final class ServicesModule extends AbstractModule {
  private final MsrnnCommand root;
  private final Console console;

  ServicesModule(MsrnnCommand root, Console console) {
    this.root = root;
    this.console = console;
  }

  @Override
  protected void configure() {
    bind(MsrnnCommand.class).toInstance(root);
    bind(Console.class).toInstance(console);
    bind(Session.class).in(Scopes.SINGLETON);
  }
}
