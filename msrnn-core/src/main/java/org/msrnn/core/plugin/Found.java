package org.msrnn.core.plugin;

/**
 * A provider that can be used.
 *
 * @param name the name users write
 * @param provider the provider
 * @param module the module it is in, or {@code unnamed}
 * @param origin {@code built in}, or the jar or folder it came from
 * @param <P> the service
 */
public record Found<P>(String name, P provider, String module, String origin) {}
