-- A store at schema 0001, written by capteur 0.1.0: account import, runs of the demo's sensors and of one that yields everything,
-- links (one undone), a forgotten account, a parked instance, a unit on its way and news not yet folded in. Loaded, never edited.
-- What that version answered about it is in schema_0001.expected.json.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

-- Name: account; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.account (
    id bigint NOT NULL,
    domain text COLLATE pg_catalog."C",
    name text NOT NULL,
    state text NOT NULL,
    reference text COLLATE pg_catalog."C",
    linked_to bigint,
    created_at bigint NOT NULL
);

-- Name: account_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: account_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.account_id_seq OWNED BY public.account.id;

-- Name: alias; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.alias (
    text text NOT NULL COLLATE pg_catalog."C",
    account_id bigint NOT NULL,
    link_id bigint
);

-- Name: audit; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    action text NOT NULL,
    account_id bigint,
    detail text
);

-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: audit_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;

-- Name: capteur_schema; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.capteur_schema (
    version_num character varying(32) NOT NULL
);

-- Name: ceiling_rank; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.ceiling_rank (
    model text NOT NULL COLLATE pg_catalog."C",
    account_id bigint NOT NULL,
    ceiling double precision NOT NULL
);

-- Name: fact; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.fact (
    account_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL,
    as_of bigint NOT NULL
);

-- Name: host; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.host (
    host text NOT NULL COLLATE pg_catalog."C",
    wait_until bigint NOT NULL,
    fails bigint NOT NULL
);

-- Name: instance; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.instance (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    sensor text NOT NULL,
    config_hash text NOT NULL,
    parked_at bigint,
    parked_error text,
    parked_fix text
);

-- Name: instance_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.instance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: instance_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.instance_id_seq OWNED BY public.instance.id;

-- Name: kind; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.kind (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C"
);

-- Name: kind_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.kind_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: kind_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.kind_id_seq OWNED BY public.kind.id;

-- Name: link; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.link (
    id bigint NOT NULL,
    from_id bigint NOT NULL,
    to_id bigint NOT NULL,
    from_state text NOT NULL,
    linked_at bigint NOT NULL,
    undone_at bigint
);

-- Name: link_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.link_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: link_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.link_id_seq OWNED BY public.link.id;

-- Name: listing; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.listing (
    model text NOT NULL COLLATE pg_catalog."C",
    as_of bigint NOT NULL,
    rank bigint NOT NULL,
    account_id bigint NOT NULL,
    intent double precision
);

-- Name: meta; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.meta (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);

-- Name: outcome; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.outcome (
    id bigint NOT NULL,
    scope_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    account_id bigint NOT NULL,
    kind text NOT NULL,
    occurred_at bigint NOT NULL,
    known_at bigint NOT NULL,
    model text NOT NULL,
    value double precision,
    data text
);

-- Name: outcome_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.outcome_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: outcome_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.outcome_id_seq OWNED BY public.outcome.id;

-- Name: run; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.run (
    id bigint NOT NULL,
    instance_id bigint NOT NULL,
    started_at bigint NOT NULL,
    ended_at bigint,
    units bigint NOT NULL,
    ok bigint NOT NULL,
    failed bigint NOT NULL,
    skipped bigint NOT NULL,
    new bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    bad bigint NOT NULL,
    requests bigint NOT NULL,
    error text
);

-- Name: run_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: run_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.run_id_seq OWNED BY public.run.id;

-- Name: scope; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.scope (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C"
);

-- Name: scope_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.scope_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: scope_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.scope_id_seq OWNED BY public.scope.id;

-- Name: signal; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signal (
    id bigint NOT NULL,
    scope_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    account_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    occurred_at bigint NOT NULL,
    detected_at bigint NOT NULL,
    known_at bigint NOT NULL,
    known_assumed boolean NOT NULL,
    by_day boolean NOT NULL,
    revoked_at bigint,
    strength double precision NOT NULL,
    topic_id bigint,
    event text COLLATE pg_catalog."C",
    person text,
    schema_version bigint NOT NULL,
    revoked_reason text,
    summary text,
    evidence_url text,
    data text
);

-- Name: signal_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.signal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: signal_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.signal_id_seq OWNED BY public.signal.id;

-- Name: signal_past; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signal_past (
    id bigint NOT NULL,
    signal_id bigint NOT NULL,
    known_at bigint NOT NULL,
    known_assumed boolean NOT NULL,
    until bigint NOT NULL,
    strength double precision NOT NULL,
    account_id bigint NOT NULL,
    link_id bigint
);

-- Name: signal_past_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.signal_past_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: signal_past_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.signal_past_id_seq OWNED BY public.signal_past.id;

-- Name: stale; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stale (
    account_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    from_day bigint NOT NULL
);

-- Name: state; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.state (
    version_id bigint NOT NULL,
    account_id bigint NOT NULL,
    kind_id bigint NOT NULL,
    sealed_day bigint NOT NULL,
    sealed bytea NOT NULL,
    at bigint NOT NULL,
    total bytea NOT NULL,
    n bigint NOT NULL
);

-- Name: topic; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.topic (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C"
);

-- Name: topic_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.topic_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: topic_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.topic_id_seq OWNED BY public.topic.id;

-- Name: validator; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.validator (
    scope text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL COLLATE pg_catalog."C",
    account_id bigint NOT NULL,
    etag text,
    last_modified text
);

-- Name: version; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.version (
    id bigint NOT NULL,
    model text NOT NULL COLLATE pg_catalog."C",
    estimator text NOT NULL,
    hash text NOT NULL COLLATE pg_catalog."C",
    params text NOT NULL,
    created_at bigint NOT NULL
);

-- Name: version_id_seq; Type: SEQUENCE; Schema: public; Owner: -

CREATE SEQUENCE public.version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Name: version_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -

ALTER SEQUENCE public.version_id_seq OWNED BY public.version.id;

-- Name: watch; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.watch (
    instance_id bigint NOT NULL,
    account_id bigint NOT NULL,
    next_due bigint NOT NULL,
    cursor text,
    epoch bigint NOT NULL,
    lease_until bigint NOT NULL,
    fails bigint NOT NULL,
    first_ok bigint,
    last_ok bigint,
    newest bigint,
    last_status text,
    last_error text
);

-- Name: account id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.account ALTER COLUMN id SET DEFAULT nextval('public.account_id_seq'::regclass);

-- Name: audit id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);

-- Name: instance id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.instance ALTER COLUMN id SET DEFAULT nextval('public.instance_id_seq'::regclass);

-- Name: kind id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.kind ALTER COLUMN id SET DEFAULT nextval('public.kind_id_seq'::regclass);

-- Name: link id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.link ALTER COLUMN id SET DEFAULT nextval('public.link_id_seq'::regclass);

-- Name: outcome id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.outcome ALTER COLUMN id SET DEFAULT nextval('public.outcome_id_seq'::regclass);

-- Name: run id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.run ALTER COLUMN id SET DEFAULT nextval('public.run_id_seq'::regclass);

-- Name: scope id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.scope ALTER COLUMN id SET DEFAULT nextval('public.scope_id_seq'::regclass);

-- Name: signal id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal ALTER COLUMN id SET DEFAULT nextval('public.signal_id_seq'::regclass);

-- Name: signal_past id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_past ALTER COLUMN id SET DEFAULT nextval('public.signal_past_id_seq'::regclass);

-- Name: topic id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.topic ALTER COLUMN id SET DEFAULT nextval('public.topic_id_seq'::regclass);

-- Name: version id; Type: DEFAULT; Schema: public; Owner: -

ALTER TABLE ONLY public.version ALTER COLUMN id SET DEFAULT nextval('public.version_id_seq'::regclass);

-- Data for Name: account; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.account VALUES
	(1, 'halyard.example', 'Halyard Robotics', 'listed', NULL, NULL, 1795161600000000),
	(2, 'atelier-sante.example', 'Atelier Santé', 'listed', NULL, NULL, 1795161600000000),
	(3, 'nordlys-freight.example', 'Nordlys Freight A/S', 'listed', NULL, NULL, 1795161600000000),
	(4, 'quarry-analytics.example', 'Quarry & Sons Analytics', 'listed', NULL, NULL, 1795161600000000),
	(5, 'pipandpebble.example', 'Pip & Pebble', 'listed', NULL, NULL, 1795161600000000),
	(6, 'balticgrid.example', 'Baltic Grid OÜ', 'listed', NULL, NULL, 1795161600000000),
	(7, 'patientfurniture.example', 'The Extraordinarily Patient Furniture Restoration Company of Upper Silesia', 'listed', NULL, NULL, 1795161600000000),
	(8, 'nandu-viajes.example', 'Ñandú Viajes', 'listed', NULL, NULL, 1795161600000000),
	(9, 'gruenwald.example', 'Grünwald Maschinenbau SE & Co. KG', 'listed', NULL, NULL, 1795161600000000),
	(10, 'okonkwo-foods.example', 'Okonkwo Foods', 'listed', NULL, NULL, 1795161600000000),
	(11, 'sable-interactive.example', 'Sable Interactive', 'listed', NULL, NULL, 1795161600000000),
	(12, 'kestrelpay.example', 'Kestrel Payments', 'listed', NULL, NULL, 1795161600000000),
	(13, 'colossus-mutual.example', 'Colossus Mutual', 'listed', NULL, NULL, 1795161600000000),
	(14, 'clearwater-ledger.example', 'Clearwater Ledger', 'listed', NULL, NULL, 1795161600000000),
	(15, 'fernhill.example', 'Fernhill Academies', 'listed', NULL, NULL, 1795161600000000),
	(16, 'orchardlane.example', 'Orchard Lane Credit Union', 'listed', NULL, NULL, 1795161600000000),
	(17, 'brightwater.example', 'Brightwater Biologics', 'listed', NULL, NULL, 1795161600000000),
	(18, 'zephyr-coop.example', 'Zephyr Wind Co-operative', 'listed', NULL, NULL, 1795161600000000),
	(19, 'pomelo-health.example', 'Pomelo Health', 'listed', NULL, NULL, 1795161600000000),
	(20, 'tessellate.example', 'Tessellate GmbH', 'listed', NULL, NULL, 1795161600000000),
	(21, 'saltmarsh.example', 'Saltmarsh Energy', 'listed', NULL, NULL, 1795161600000000),
	(22, 'ironwood.example', 'Ironwood Logistics', 'listed', NULL, NULL, 1795161600000000),
	(23, 'quietstone.example', 'Quietstone Holdings', 'listed', NULL, NULL, 1795161600000000),
	(24, 'emberandoak.example', 'Ember & Oak Hotels', 'listed', NULL, NULL, 1795161600000000),
	(25, 'mossbank.example', 'Mossbank Dairy', 'listed', NULL, NULL, 1795161600000000),
	(26, 'example.net', 'example.net', 'discovered', 'domain:example.net', NULL, 1795161600000000),
	(28, NULL, 'Brand New Holding', 'unmatched', 'name:brand new holding', NULL, 1795161600000000),
	(27, NULL, 'Unheard Widgets Ltd', 'linked', 'greenhouse:unheard', 4, 1795161600000000),
	(29, NULL, 'Once Linked SA', 'unmatched', 'name:once linked', NULL, 1795161600000000);

-- Data for Name: alias; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.alias VALUES
	('name:halyard robotics', 1, NULL),
	('name:atelier sante', 2, NULL),
	('name:nordlys freight', 3, NULL),
	('name:quarry and sons analytics', 4, NULL),
	('name:pip and pebble', 5, NULL),
	('name:baltic grid', 6, NULL),
	('name:extraordinarily patient furniture restoration company of upper silesia', 7, NULL),
	('name:nandu viajes', 8, NULL),
	('name:grunwald maschinenbau', 9, NULL),
	('name:okonkwo foods', 10, NULL),
	('name:sable interactive', 11, NULL),
	('name:kestrel payments', 12, NULL),
	('name:colossus mutual', 13, NULL),
	('name:clearwater ledger', 14, NULL),
	('name:fernhill academies', 15, NULL),
	('name:orchard lane credit union', 16, NULL),
	('name:brightwater biologics', 17, NULL),
	('name:zephyr wind co operative', 18, NULL),
	('name:pomelo health', 19, NULL),
	('name:tessellate', 20, NULL),
	('name:saltmarsh energy', 21, NULL),
	('name:ironwood logistics', 22, NULL),
	('name:quietstone holdings', 23, NULL),
	('name:ember and oak hotels', 24, NULL),
	('name:mossbank dairy', 25, NULL),
	('greenhouse:unheard', 27, NULL),
	('greenhouse:unheard', 4, 1);

-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.audit VALUES
	(1, 1795161600000000, 'link', 4, '{"link": 1}'),
	(2, 1795161600000000, 'link', 5, '{"link": 2}'),
	(3, 1795186800000000, 'unlink', 5, '{"link": 2}');

-- Data for Name: capteur_schema; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.capteur_schema VALUES
	('0001');

-- Data for Name: ceiling_rank; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.ceiling_rank VALUES
	('main', 5, 2.460411808241386),
	('main', 29, 1.3005167335311756),
	('main', 15, 0),
	('main', 16, 0),
	('main', 26, 0),
	('main', 28, 2.103455160096461),
	('main', 6, 2.047843533877238),
	('main', 7, 1.8455143777804626),
	('main', 8, 2.30701212602883),
	('main', 9, 2.1526254536452476),
	('main', 3, 9.28046379907765),
	('main', 1, 5.31162025396516),
	('main', 2, 5.374691747933733),
	('main', 4, 4.497586454398644),
	('main', 11, 2.4360801823106324),
	('main', 12, 3.0418379675857334),
	('main', 14, 2.922679735925821),
	('main', 17, 0);

-- Data for Name: fact; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.fact VALUES
	(1, 'country', '"NL"', 1795161600000000),
	(1, 'employees', '140', 1795161600000000),
	(1, 'owner', '"Ines"', 1795161600000000),
	(2, 'country', '"FR"', 1795161600000000),
	(2, 'employees', '85', 1795161600000000),
	(2, 'owner', '"Ines"', 1795161600000000),
	(3, 'country', '"DK"', 1795161600000000),
	(3, 'employees', '420', 1795161600000000),
	(3, 'owner', '"Tomás"', 1795161600000000),
	(4, 'country', '"GB"', 1795161600000000),
	(4, 'employees', '60', 1795161600000000),
	(4, 'owner', '"Tomás"', 1795161600000000),
	(5, 'country', '"IE"', 1795161600000000),
	(5, 'employees', '14', 1795161600000000),
	(5, 'owner', '"Ines"', 1795161600000000),
	(6, 'country', '"EE"', 1795161600000000),
	(6, 'employees', '210', 1795161600000000),
	(6, 'owner', '"Tomás"', 1795161600000000),
	(7, 'country', '"PL"', 1795161600000000),
	(7, 'employees', '95', 1795161600000000),
	(7, 'owner', '"Maja"', 1795161600000000),
	(8, 'country', '"AR"', 1795161600000000),
	(8, 'employees', '180', 1795161600000000),
	(8, 'owner', '"Maja"', 1795161600000000),
	(9, 'country', '"DE"', 1795161600000000),
	(9, 'employees', '900', 1795161600000000),
	(9, 'owner', '"Maja"', 1795161600000000),
	(10, 'country', '"GB"', 1795161600000000),
	(10, 'employees', '75', 1795161600000000),
	(10, 'owner', '"Ines"', 1795161600000000),
	(11, 'country', '"CA"', 1795161600000000),
	(11, 'employees', '130', 1795161600000000),
	(11, 'owner', '"Maja"', 1795161600000000),
	(12, 'country', '"SE"', 1795161600000000),
	(12, 'employees', '50', 1795161600000000),
	(12, 'owner', '"Tomás"', 1795161600000000),
	(13, 'country', '"US"', 1795161600000000),
	(13, 'employees', '48000', 1795161600000000),
	(13, 'owner', '"Tomás"', 1795161600000000),
	(14, 'country', '"US"', 1795161600000000),
	(14, 'employees', '300', 1795161600000000),
	(15, 'country', '"GB"', 1795161600000000),
	(15, 'employees', '640', 1795161600000000),
	(15, 'owner', '"Maja"', 1795161600000000),
	(16, 'country', '"US"', 1795161600000000),
	(16, 'employees', '220', 1795161600000000),
	(16, 'owner', '"Ines"', 1795161600000000),
	(17, 'country', '"US"', 1795161600000000),
	(17, 'employees', '510', 1795161600000000),
	(17, 'owner', '"Maja"', 1795161600000000);
INSERT INTO public.fact VALUES
	(18, 'country', '"GB"', 1795161600000000),
	(18, 'employees', '40', 1795161600000000),
	(18, 'owner', '"Ines"', 1795161600000000),
	(19, 'country', '"US"', 1795161600000000),
	(19, 'employees', '160', 1795161600000000),
	(19, 'owner', '"Tomás"', 1795161600000000),
	(20, 'country', '"AT"', 1795161600000000),
	(20, 'employees', '33', 1795161600000000),
	(20, 'owner', '"Tomás"', 1795161600000000),
	(21, 'country', '"GB"', 1795161600000000),
	(21, 'employees', '270', 1795161600000000),
	(21, 'owner', '"Ines"', 1795161600000000),
	(22, 'country', '"US"', 1795161600000000),
	(22, 'employees', '350', 1795161600000000),
	(22, 'owner', '"Maja"', 1795161600000000),
	(23, 'country', '"CH"', 1795161600000000),
	(23, 'employees', '25', 1795161600000000),
	(23, 'owner', '"Ines"', 1795161600000000),
	(24, 'country', '"PT"', 1795161600000000),
	(24, 'employees', '480', 1795161600000000),
	(24, 'owner', '"Tomás"', 1795161600000000),
	(25, 'country', '"IE"', 1795161600000000),
	(25, 'employees', '55', 1795161600000000),
	(25, 'owner', '"Maja"', 1795161600000000),
	(2, 'lifecycle', '"opportunity"', 1793606400000000),
	(2, 'size', '250', 1793491200000000);

-- Data for Name: host; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.host VALUES
	('slow.example.com', 1795191000000000, 0);

-- Data for Name: instance; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.instance VALUES
	(1, 'lab', 'lab', 'a10f5ed9965d59945cc2224a9bc610d5', NULL, NULL, NULL),
	(2, 'hiring', 'hiring', 'b63a09c53e5d6358e6025144e68ab834', NULL, NULL, NULL),
	(5, 'news', 'rss', 'cec52339e69acccdd37ace16c32576f0', NULL, NULL, NULL),
	(6, 'broken-key', '', '', 1795187400000000, 'the key was refused', 'renew LAB_KEY, then capteur resume broken-key');

-- Data for Name: kind; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.kind VALUES
	(1, 'account.competitor'),
	(2, 'account.customer'),
	(3, 'account.partner'),
	(4, 'visit.page'),
	(5, 'funding.raised'),
	(6, 'ask.contact'),
	(7, 'hiring.opened'),
	(8, 'press.mention'),
	(9, 'hiring.other'),
	(10, 'hiring.surge'),
	(11, 'people.leader_joined'),
	(12, 'company.layoffs');

-- Data for Name: link; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.link VALUES
	(1, 27, 4, 'unmatched', 1795161600000000, NULL),
	(2, 29, 5, 'unmatched', 1795161600000000, 1795186800000000);

-- Data for Name: listing; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.listing VALUES
	('main', 1795186800000000, 1, 3, 9.280463799068368),
	('main', 1795186800000000, 2, 2, 5.374691747928358),
	('main', 1795186800000000, 3, 1, 5.311620253959847),
	('main', 1795186800000000, 4, 4, 4.497586454394146),
	('main', 1795186800000000, 5, 12, 3.0418379675826914),
	('main', 1795186800000000, 6, 5, 2.4604118082389252),
	('main', 1795186800000000, 7, 11, 2.436080182308196),
	('main', 1795186800000000, 8, 8, 2.300687968408931),
	('main', 1795186800000000, 9, 9, 2.1464542212099675),
	('main', 1795186800000000, 10, 6, 2.041800465935613),
	('main', 1795186800000000, 11, 7, 1.8397728521475127);

-- Data for Name: meta; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.meta VALUES
	('person_key', '997609e7686323b5a7ebca0ddfcf356a6b65a8a37099e2a01313d433ee18a479');

-- Data for Name: outcome; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.outcome VALUES
	(1, 2, 'crm:1', 2, 'meeting', 1794960000000000, 1795161600000000, 'main', 1500.5, '{"stage": "demo"}'),
	(2, 2, 'crm:2', 3, 'lost', 1794873600000000, 1795161600000000, 'main', NULL, NULL);

-- Data for Name: run; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.run VALUES
	(1, 1, 1795161600000000, 1795161600000000, 1, 1, 0, 0, 10, 0, 0, 0, 0, NULL),
	(2, 2, 1795161600000000, 1795161600000000, 9, 9, 0, 0, 55, 0, 0, 0, 42, NULL),
	(3, 1, 1795186800000000, 1795186800000000, 1, 1, 0, 0, 0, 1, 9, 0, 0, NULL),
	(4, 2, 1795186800000000, 1795186800000000, 9, 8, 0, 1, 0, 0, 1, 0, 9, 'no job board found: greenhouse:unheard does not exist'),
	(5, 5, 1795186800000000, 1795186800000000, 1, 1, 0, 0, 8, 0, 0, 0, 7, NULL);

-- Data for Name: scope; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.scope VALUES
	(1, 'accounts'),
	(2, 'lab'),
	(3, 'hiring'),
	(4, 'rss');

-- Data for Name: signal; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.signal VALUES
	(1, 1, 'standing:clearwater-ledger.example:competitor:1795161600000000', 14, 1, 1795161600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(2, 1, 'standing:fernhill.example:customer:1795161600000000', 15, 2, 1795161600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(3, 1, 'standing:orchardlane.example:partner:1795161600000000', 16, 3, 1795161600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(4, 2, 'board:9', 1, 7, 1795046400000000, 1795161600000000, 1795161600000000, false, true, NULL, 0.3333333333333333, 2, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(5, 2, 'form:1', 3, 6, 1795118645678901, 1795161600000000, 1795161600000000, false, false, NULL, 1, 1, NULL, 'ac74e0bbac8bc97c', 2, NULL, 'Please call me', NULL, NULL),
	(6, 2, 'gh:new:1', 28, 7, 1793577600000000, 1795161600000000, 1795161600000000, false, true, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(77, 3, 'greenhouse:late:1', 2, 7, 1794928200000000, 1795187400000000, 1795187400000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Late news', NULL, NULL),
	(9, 2, 'press:77', 2, 5, 1794441600000000, 1795161600000000, 1795161600000000, false, true, NULL, 0.6, NULL, 'round-7', NULL, 1, NULL, 'Zwölf Millionen', NULL, NULL),
	(10, 2, 'rss:1', 26, 8, 1793664000000000, 1795161600000000, 1795161600000000, false, true, NULL, 1, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(11, 2, 'sec:0001', 2, 5, 1794389400000000, 1795161600000000, 1795161600000000, false, false, NULL, 0.9, NULL, 'round-7', NULL, 1, NULL, 'Raises €12M — “Series A”, says Löwe & Söhne 株式会社', 'https://press.example/round-7?a=1&b=2', '{"amount":12000000,"by":["\u00dcnal","O''Neil"],"currency":"EUR","quote":"said \"yes\"\nand went"}'),
	(14, 3, 'greenhouse:halyardrobotics:4123686804:hiring.other', 1, 9, 1794549602000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Controls Engineer', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/4262635495', '{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Controls Engineer","vendor":"greenhouse"}'),
	(15, 3, 'greenhouse:halyardrobotics:4193474834:hiring.opened', 1, 7, 1794885120000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Head of Revenue Operations', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/4591230705', '{"board":"halyardrobotics","department":"Revenue","locations":["Rotterdam","Remote - EU"],"posts":2,"title":"Head of Revenue Operations","vendor":"greenhouse"}'),
	(16, 3, 'greenhouse:halyardrobotics:4489360185:hiring.opened', 1, 7, 1794608640000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Revenue Operations Analyst', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/6913225633', '{"board":"halyardrobotics","department":"Revenue","locations":["Remote"],"title":"Revenue Operations Analyst","vendor":"greenhouse"}'),
	(17, 3, 'greenhouse:halyardrobotics:4819545043:hiring.other', 1, 9, 1792101597000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Field Technician', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/4261080339', '{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Field Technician","vendor":"greenhouse"}'),
	(18, 3, 'greenhouse:halyardrobotics:5114998419:hiring.other', 1, 9, 1789653600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Embedded Software Engineer', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/7136025552', '{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Embedded Software Engineer","vendor":"greenhouse"}'),
	(19, 3, 'greenhouse:halyardrobotics:5400542613:hiring.other', 1, 9, 1788429597000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Field Technician', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/4033782834', '{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Field Technician","vendor":"greenhouse"}'),
	(20, 3, 'greenhouse:halyardrobotics:5420055056:hiring.opened', 1, 7, 1794150720000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'CRM Administrator', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/7779314786', '{"board":"halyardrobotics","department":"Revenue","locations":["Remote"],"title":"CRM Administrator","vendor":"greenhouse"}'),
	(21, 3, 'greenhouse:halyardrobotics:5582408398:hiring.other', 1, 9, 1790877602000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Controls Engineer', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/4919503760', '{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Controls Engineer","vendor":"greenhouse"}'),
	(22, 3, 'greenhouse:halyardrobotics:7082390082:hiring.other', 1, 9, 1793325600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Embedded Software Engineer', 'https://job-boards.greenhouse.io/halyardrobotics/jobs/5148844910', '{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Embedded Software Engineer","vendor":"greenhouse"}'),
	(23, 3, 'ashby:atelier-sante:48f51a29-e9ce-5645-86fa-d8cdc7964355:hiring.opened', 2, 7, 1794997440000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'CRM & Lifecycle Manager', 'https://jobs.ashbyhq.com/atelier-sante/48f51a29-e9ce-5645-86fa-d8cdc7964355', '{"board":"atelier-sante","department":"Marketing","employment":"FullTime","locations":["Paris","Remote"],"title":"CRM & Lifecycle Manager","vendor":"ashby","workplace":"hybrid"}'),
	(24, 3, 'ashby:atelier-sante:9dc0351c-047f-5907-8504-89ea69ae3cb2:hiring.opened', 2, 7, 1794720960000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Responsable RevOps (F/H)', 'https://jobs.ashbyhq.com/atelier-sante/9dc0351c-047f-5907-8504-89ea69ae3cb2', '{"board":"atelier-sante","department":"Revenus","employment":"FullTime","locations":["Lyon"],"title":"Responsable RevOps (F/H)","vendor":"ashby"}'),
	(25, 3, 'ashby:atelier-sante:c6676455-13e6-5ee3-a858-ba983d1ab833:hiring.other', 2, 9, 1791705600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Sage-femme coordinatrice', 'https://jobs.ashbyhq.com/atelier-sante/c6676455-13e6-5ee3-a858-ba983d1ab833', '{"board":"atelier-sante","department":"Soin","employment":"FullTime","locations":["Marseille"],"title":"Sage-femme coordinatrice","vendor":"ashby"}'),
	(26, 3, 'ashby:nandu-viajes:49c3a522-4d89-558b-8ea8-43e11f537f24:hiring.opened', 8, 7, 1794401280000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Especialista CRM', 'https://jobs.ashbyhq.com/nandu-viajes/49c3a522-4d89-558b-8ea8-43e11f537f24', '{"board":"nandu-viajes","department":"Marketing","employment":"FullTime","locations":["Buenos Aires"],"title":"Especialista CRM","vendor":"ashby"}'),
	(27, 3, 'ashby:nandu-viajes:6736bbf4-6f6e-5074-98ea-df25eb7f57e2:hiring.other', 8, 9, 1792569600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Guía de montaña', 'https://jobs.ashbyhq.com/nandu-viajes/6736bbf4-6f6e-5074-98ea-df25eb7f57e2', '{"board":"nandu-viajes","department":"Terreno","employment":"FullTime","locations":["El Chalt\u00e9n"],"title":"Gu\u00eda de monta\u00f1a","vendor":"ashby"}'),
	(12, 2, 'site:visits:a:2026-11-20', 1, 4, 1795132800000000, 1795161600000000, 1795186800000000, false, true, NULL, 0.5, NULL, NULL, NULL, 1, NULL, 'Visits of the day', NULL, NULL),
	(7, 2, 'gh:once:1', 29, 7, 1793750400000000, 1795161600000000, 1795161600000000, false, true, NULL, 0.5, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL),
	(28, 3, 'greenhouse:nordlysfreight:2026-W47:hiring.surge', 3, 10, 1794873600000000, 1795161600000000, 1795161600000000, false, true, NULL, 1, NULL, NULL, NULL, 1, NULL, '17 new posts in week 2026-W47, usually about 2.3', 'https://job-boards.greenhouse.io/nordlysfreight', '{"board":"nordlysfreight","posts":17,"usual":2.26,"vendor":"greenhouse","week":"2026-W47"}'),
	(29, 3, 'greenhouse:nordlysfreight:4062174132:hiring.other', 3, 9, 1788662401000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Customs Clerk', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5458055196', '{"board":"nordlysfreight","department":"Operations 3","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}'),
	(30, 3, 'greenhouse:nordlysfreight:4075484223:hiring.other', 3, 9, 1794957600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7801922141', '{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(31, 3, 'greenhouse:nordlysfreight:4075681558:hiring.opened', 3, 7, 1795049280000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Marketing Operations Specialist', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7086533445', '{"board":"nordlysfreight","department":"Marketing","locations":["Aarhus"],"title":"Marketing Operations Specialist","vendor":"greenhouse"}'),
	(32, 3, 'greenhouse:nordlysfreight:4130976325:hiring.other', 3, 9, 1794813598000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4125700771', '{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(33, 3, 'greenhouse:nordlysfreight:4190938181:hiring.opened', 3, 7, 1793995200000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Sales Operations Manager, Nordics', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4638928411', '{"board":"nordlysfreight","department":"Sales","locations":["Aarhus"],"title":"Sales Operations Manager, Nordics","vendor":"greenhouse"}'),
	(34, 3, 'greenhouse:nordlysfreight:4217958544:hiring.other', 3, 9, 1795149599000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5340904290', '{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(35, 3, 'greenhouse:nordlysfreight:4278802848:hiring.other', 3, 9, 1794885603000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4155430237', '{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(36, 3, 'greenhouse:nordlysfreight:4380041390:hiring.other', 3, 9, 1790774398000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Customs Clerk', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4129435623', '{"board":"nordlysfreight","department":"Operations 2","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}'),
	(37, 3, 'greenhouse:nordlysfreight:4806165911:hiring.other', 3, 9, 1794861601000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5366582800', '{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(38, 3, 'greenhouse:nordlysfreight:4832532667:hiring.other', 3, 9, 1794837600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7020859422', '{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}'),
	(39, 3, 'greenhouse:nordlysfreight:5026699782:hiring.other', 3, 9, 1794933599000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7809456109', '{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(40, 3, 'greenhouse:nordlysfreight:5149109696:hiring.other', 3, 9, 1789718400000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Ferry Planner', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/6322724716', '{"board":"nordlysfreight","department":"Operations 3","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}'),
	(41, 3, 'greenhouse:nordlysfreight:5227739031:hiring.other', 3, 9, 1795077601000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5372171947', '{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(42, 3, 'greenhouse:nordlysfreight:5269323053:hiring.other', 3, 9, 1794909597000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4145132696', '{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}'),
	(43, 3, 'greenhouse:nordlysfreight:5433797850:hiring.other', 3, 9, 1794741600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5381862872', '{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(44, 3, 'greenhouse:nordlysfreight:5933627963:hiring.other', 3, 9, 1787606403000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Ferry Planner', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/6257375924', '{"board":"nordlysfreight","department":"Operations 4","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}'),
	(45, 3, 'greenhouse:nordlysfreight:6155650378:hiring.other', 3, 9, 1795005596000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5409807364', '{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(46, 3, 'greenhouse:nordlysfreight:6207547390:hiring.other', 3, 9, 1791830396000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Ferry Planner', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4113304666', '{"board":"nordlysfreight","department":"Operations 2","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}'),
	(47, 3, 'greenhouse:nordlysfreight:6517548807:hiring.other', 3, 9, 1795053600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5219978411', '{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}'),
	(48, 3, 'greenhouse:nordlysfreight:6781499093:hiring.other', 3, 9, 1794981602000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/6146456076', '{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}'),
	(49, 3, 'greenhouse:nordlysfreight:6903588052:hiring.other', 3, 9, 1792886402000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Customs Clerk', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5730056634', '{"board":"nordlysfreight","department":"Operations 1","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}'),
	(50, 3, 'greenhouse:nordlysfreight:6983658449:hiring.other', 3, 9, 1793942400000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Ferry Planner', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/5118122237', '{"board":"nordlysfreight","department":"Operations 1","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}'),
	(51, 3, 'greenhouse:nordlysfreight:6993330883:hiring.other', 3, 9, 1794765602000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4240149571', '{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO public.signal VALUES
	(52, 3, 'greenhouse:nordlysfreight:7041055833:hiring.other', 3, 9, 1786550397000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Customs Clerk', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/6480825243', '{"board":"nordlysfreight","department":"Operations 4","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}'),
	(53, 3, 'greenhouse:nordlysfreight:7340085982:hiring.other', 3, 9, 1795101603000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/4119070893', '{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(54, 3, 'greenhouse:nordlysfreight:7646851437:hiring.other', 3, 9, 1794789596000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Account Executive', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/6649272248', '{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}'),
	(55, 3, 'greenhouse:nordlysfreight:7843506401:hiring.other', 3, 9, 1795125597000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Key Account Manager', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7812721959', '{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}'),
	(56, 3, 'greenhouse:nordlysfreight:7947430573:hiring.other', 3, 9, 1795029598000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Business Development Representative', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7401933993', '{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}'),
	(57, 3, 'greenhouse:nordlysfreight:7990611073:hiring.other', 3, 9, 1785494399000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Ferry Planner', 'https://job-boards.greenhouse.io/nordlysfreight/jobs/7363537449', '{"board":"nordlysfreight","department":"Operations 5","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}'),
	(58, 3, 'ashby:balticgrid:e4aeb67c-9bdc-53da-90f8-9963583335e1:hiring.opened', 6, 7, 1793347200000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'CRM Solution Owner', 'https://jobs.ashbyhq.com/balticgrid/e4aeb67c-9bdc-53da-90f8-9963583335e1', '{"board":"balticgrid","department":"Commercial","employment":"FullTime","locations":["Tallinn"],"title":"CRM Solution Owner","vendor":"ashby"}'),
	(59, 3, 'ashby:balticgrid:eafb637a-663a-5f17-b91b-bd973e2bcc9e:hiring.other', 6, 9, 1793952000000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Grid Operator', 'https://jobs.ashbyhq.com/balticgrid/eafb637a-663a-5f17-b91b-bd973e2bcc9e', '{"board":"balticgrid","department":"Operations","employment":"FullTime","locations":["Tallinn"],"title":"Grid Operator","vendor":"ashby"}'),
	(60, 3, 'lever:pipandpebble:05edea19-42cf-5514-9cb2-a9e8a7523506:hiring.other', 5, 9, 1793001600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Illustrator', 'https://jobs.lever.co/pipandpebble/05edea19-42cf-5514-9cb2-a9e8a7523506', '{"board":"pipandpebble","department":"Studio","employment":"Full-time","locations":["Cork"],"title":"Illustrator","vendor":"lever"}'),
	(61, 3, 'lever:pipandpebble:e373e71c-b34f-5ce5-8e12-d929888de973:hiring.opened', 5, 7, 1795032000000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Founding RevOps Manager', 'https://jobs.lever.co/pipandpebble/e373e71c-b34f-5ce5-8e12-d929888de973', '{"board":"pipandpebble","department":"Go-to-market","employment":"Full-time","locations":["Cork"],"title":"Founding RevOps Manager","vendor":"lever","workplace":"onsite"}'),
	(62, 3, 'lever:quarryandsons:6a9c3e29-8281-5346-a017-a85f326c4047:hiring.opened', 4, 7, 1794591360000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Sales Operations Lead', 'https://jobs.lever.co/quarryandsons/6a9c3e29-8281-5346-a017-a85f326c4047', '{"board":"quarryandsons","department":"Sales","employment":"Full-time","locations":["Leeds"],"title":"Sales Operations Lead","vendor":"lever","workplace":"onsite"}'),
	(63, 3, 'lever:quarryandsons:7be46698-976a-5952-9d9c-4456fb6d0081:hiring.other', 4, 9, 1790841600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Geologist', 'https://jobs.lever.co/quarryandsons/7be46698-976a-5952-9d9c-4456fb6d0081', '{"board":"quarryandsons","department":"Field","employment":"Full-time","locations":["Leeds"],"title":"Geologist","vendor":"lever"}'),
	(64, 3, 'lever:quarryandsons:a413c821-3c08-5342-9bb9-15d101b7ad4f:hiring.other', 4, 9, 1790668800000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Geologist', 'https://jobs.lever.co/quarryandsons/a413c821-3c08-5342-9bb9-15d101b7ad4f', '{"board":"quarryandsons","department":"Field","employment":"Full-time","locations":["Leeds"],"title":"Geologist","vendor":"lever"}'),
	(65, 3, 'greenhouse:gruenwald:4622009947:hiring.opened', 9, 7, 1793779200000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Referent Sales Operations (m/w/d)', 'https://job-boards.greenhouse.io/gruenwald/jobs/7760345156', '{"board":"gruenwald","department":"Vertrieb","locations":["Bielefeld"],"title":"Referent Sales Operations (m/w/d)","vendor":"greenhouse"}'),
	(66, 3, 'greenhouse:gruenwald:5541215184:hiring.other', 9, 9, 1789977600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Zerspanungsmechaniker (m/w/d)', 'https://job-boards.greenhouse.io/gruenwald/jobs/6002212570', '{"board":"gruenwald","department":"Fertigung","locations":["Bielefeld"],"title":"Zerspanungsmechaniker (m/w/d)","vendor":"greenhouse"}'),
	(67, 3, 'greenhouse:patientfurniture:4097399819:hiring.other', 7, 9, 1786521600000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Upholsterer', 'https://patientfurniture.example/careers/opening?gh_jid=7256206596', '{"board":"patientfurniture","department":"Workshop","locations":["Katowice"],"title":"Upholsterer","vendor":"greenhouse"}'),
	(68, 3, 'greenhouse:patientfurniture:5405413259:hiring.opened', 7, 7, 1792483200000000, 1795161600000000, 1795161600000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Sales Operations Analyst', 'https://patientfurniture.example/careers/opening?gh_jid=5478429547', '{"board":"patientfurniture","department":"Sales","locations":["Katowice"],"title":"Sales Operations Analyst","vendor":"greenhouse"}'),
	(8, 2, 'gh:unheard:1', 4, 7, 1793491200000000, 1795161600000000, 1795161600000000, false, true, NULL, 1, NULL, NULL, NULL, 1, NULL, 'RevOps Manager', NULL, NULL),
	(13, 2, 'wrong:1', 3, 8, 1790812800000000, 1795161600000000, 1795161600000000, false, true, 1795186800000000, 1, NULL, NULL, NULL, 1, 'another company', 'Another company of that name', NULL, NULL),
	(69, 4, 'atelier-sante.example:atelier-sante.example:4c750f7865d62e498812:funding.raised', 2, 5, 1793606400000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Atelier Santé raises €12M to open forty shared practices', 'https://atelier-sante.example/news/atelier-sante-raises-12m-to-open-forty-shared-practices', '{"amount":12000000,"currency":"EUR","feed":"https://atelier-sante.example/news/feed.xml"}'),
	(70, 4, 'brightwater.example:brightwater.example:58a777a93d9ee63a212a:company.layoffs', 17, 12, 1794470400000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Brightwater Biologics lays off 60 people as the salmon season ends early', 'https://brightwater.example/news/brightwater-biologics-lays-off-60-people-as-the-salmon', '{"feed":"https://brightwater.example/news/feed.xml"}'),
	(71, 4, 'clearwater-ledger.example:clearwater-ledger.example:31199c757b60ebe25a5f:funding.raised', 14, 5, 1794124800000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Clearwater Ledger raises $40M Series C', 'https://clearwater-ledger.example/news/clearwater-ledger-raises-40m-series-c', '{"amount":40000000,"currency":"USD","feed":"https://clearwater-ledger.example/news/feed.xml"}'),
	(72, 4, 'halyard.example:halyard.example:848f9ae50dc108a6b35a:press.mention', 1, 8, 1792310400000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'What a bollard teaches about force control', 'https://halyard.example/news/what-a-bollard-teaches-about-force-control', '{"feed":"https://halyard.example/news/feed.xml"}'),
	(73, 4, 'halyard.example:halyard.example:d25f62a17d013ee660b7:funding.raised', 1, 5, 1794358080000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Halyard Robotics raises $24 million Series B to moor ships in 40 more ports', 'https://halyard.example/news/halyard-robotics-raises-24-million-series-b-to-moor', '{"amount":24000000,"currency":"USD","feed":"https://halyard.example/news/feed.xml"}'),
	(74, 4, 'quarry-analytics.example:quarry-analytics.example:04854a3d4dd2217375af:funding.raised', 4, 5, 1791619200000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Quarry & Sons Analytics closes £6m seed round', 'https://quarry-analytics.example/news/quarry-sons-analytics-closes-6m-seed-round', '{"amount":6000000,"currency":"GBP","feed":"https://quarry-analytics.example/news/feed.xml"}'),
	(75, 4, 'quaygazette.example:kestrelpay.example:c05d8982c006a562ef07:funding.raised', 12, 5, 1794945600000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Kestrel Payments secures $18M Series A', 'https://quaygazette.example/news/kestrel-payments-secures-18m-series-a', '{"amount":18000000,"currency":"USD","feed":"https://quaygazette.example/about/kestrelpay.example.atom"}'),
	(76, 4, 'sable-interactive.example:sable-interactive.example:ff5ae68e607043c96e43:people.leader_joined', 11, 11, 1794686400000000, 1795186800000000, 1795186800000000, false, false, NULL, 1, NULL, NULL, NULL, 1, NULL, 'Sable Interactive appoints Odile Marchetti as Chief Revenue Officer', 'https://sable-interactive.example/news/sable-interactive-appoints-odile-marchetti-as-chief-revenue-officer', '{"feed":"https://sable-interactive.example/news/feed.xml"}');

-- Data for Name: signal_past; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.signal_past VALUES
	(1, 8, 1795161600000000, false, 1795161600000000, 1, 27, 1),
	(2, 7, 1795161600000000, false, 1795161600000000, 0.5, 29, 2),
	(3, 12, 1795161600000000, false, 1795186800000000, 0.2, 1, NULL),
	(4, 7, 1795161600000000, false, 1795186800000000, 0.5, 5, NULL);

-- Data for Name: stale; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.stale VALUES
	(2, 7, 20774);

-- Data for Name: state; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.state VALUES
	(1, 3, 6, 20776, '\x000000000000000000000000000000000000000000000000', 1795118645678901, '\x000000000000f03f', 1),
	(1, 5, 7, 20775, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1795032000000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 14, 1, 20777, '\x00000000000000000000000000000000', 1795161600000000, '\x', 1),
	(1, 15, 2, 20777, '\x00000000000000000000000000000000', 1795161600000000, '\x', 1),
	(1, 16, 3, 20777, '\x00000000000000000000000000000000', 1795161600000000, '\x', 1),
	(1, 26, 8, 20760, '\x00000000000000000000000000000000', 1793664000000000, '\x', 1),
	(1, 5, 9, 20752, '\x00000000000000000000000000000000', 1793001600000000, '\x', 1),
	(1, 28, 7, 20759, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1793577600000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 29, 7, 20761, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1793750400000000, '\x000000000000e03f000000000000e03f000000000000e03f', 1),
	(1, 1, 7, 20776, '\xef1caf33f2fd054072e1dce143b8fc3f6c3cc51b8be2044000000000000008400000f607c1811943', 1795046400000000, '\x9ac759de9ca80840641b999bcc06014017e76fc6358d0740', 4),
	(1, 1, 9, 20770, '\x000000000000144000206b9d147c1943', 1794549602000000, '\x', 6),
	(1, 2, 7, 20775, '\xe3ca5feb39aaee3f07527ba1e654e83fba32064db7e1ed3f000000000000f03f00c02a2528811943', 1794997440000000, '\xeabc9c4f003bff3fd00ba883a3a7fb3ff2e404070cc8fe3f', 2),
	(1, 2, 9, 20737, '\x00000000000000000000000000000000', 1791705600000000, '\x', 1),
	(1, 3, 7, 20776, '\xb15aaab50a88ea3fe9cce7545a2fd33f0cb5bb5792ade73f000000000000f03f00c07f3a847e1943', 1795049280000000, '\x6e0d99174742fd3f173e95cbcac7f43f74e1903249d4fb3f', 2),
	(1, 3, 9, 20777, '\x0000000000003a40004525fea0821943', 1795149599000000, '\x', 27),
	(1, 3, 10, 20774, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794873600000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 6, 7, 20756, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1793347200000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 6, 9, 20763, '\x00000000000000000000000000000000', 1793952000000000, '\x', 1),
	(1, 7, 7, 20746, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1792483200000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 7, 9, 20677, '\x00000000000000000000000000000000', 1786521600000000, '\x', 1),
	(1, 8, 7, 20768, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794401280000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 8, 9, 20747, '\x00000000000000000000000000000000', 1792569600000000, '\x', 1),
	(1, 9, 7, 20761, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1793779200000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 9, 9, 20717, '\x00000000000000000000000000000000', 1789977600000000, '\x', 1),
	(1, 1, 4, 20777, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1795132800000000, '\x000000000000e03f000000000000e03f000000000000e03f', 1),
	(1, 4, 7, 20770, '\xbc2164378099ea3f87f822761481d33fe62c9ef2a1c6e73f000000000000f03f000089d7ae7c1943', 1794591360000000, '\xfb44c1f68126fd3f74e655d3d688f43fb423981c91acfb3f', 2),
	(1, 4, 9, 20727, '\x000000000000f03f0000f0466a721943', 1790841600000000, '\x', 2),
	(1, 1, 5, 20768, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794358080000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 1, 8, 20744, '\x00000000000000000000000000000000', 1792310400000000, '\x', 1),
	(1, 2, 5, 20768, '\x58a677c00defed3fa13d92aab321db3f1bd47fd530d2e93f000000000000f03f00005b211a7d1943', 1794389400000000, '\x3f10e6944352fd3f8ce4e8d714ecf43ff21ac15d442ffb3f', 2),
	(1, 4, 5, 20736, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1791619200000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 11, 11, 20771, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794686400000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 12, 5, 20774, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794945600000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 14, 5, 20765, '\x00000000000000000000000000000000000000000000000000000000000000000000000000000000', 1794124800000000, '\x000000000000f03f000000000000f03f000000000000f03f', 1),
	(1, 17, 12, 20769, '\x000000000000000000000000000000000000000000000000', 1794470400000000, '\x000000000000f03f', 1);

-- Data for Name: topic; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.topic VALUES
	(1, 'crm'),
	(2, 'payroll');

-- Data for Name: validator; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.validator VALUES
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://boards-api.greenhouse.io/v1/boards/nordlysfreight/jobs?content=true', 3, 'W/"2adf4277252c9ad2b0cb789c66b74c27"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://api.lever.co/v0/postings/pipandpebble?mode=json', 5, 'W/"b3e5fc58cdb41c6d4dbf7e47342695aa"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://boards-api.greenhouse.io/v1/boards/halyardrobotics/jobs?content=true', 1, 'W/"f86b643335187f90bc50ac08094d24d4"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://api.ashbyhq.com/posting-api/job-board/nandu-viajes?includeCompensation=true', 8, 'W/"faad2dc00a0f773e8f247e47f82353d1"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://boards-api.greenhouse.io/v1/boards/patientfurniture/jobs?content=true', 7, 'W/"a76de272dfdb73304071f52e992f0de5"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://api.ashbyhq.com/posting-api/job-board/atelier-sante?includeCompensation=true', 2, 'W/"66d4f5dcf6e12213130b52f7912e6b90"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://boards-api.greenhouse.io/v1/boards/gruenwald/jobs?content=true', 9, 'W/"ca85dd8a2287449d898a19224586c44d"', NULL),
	('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834', 'https://api.ashbyhq.com/posting-api/job-board/balticgrid?includeCompensation=true', 6, 'W/"f06ccaca68c2f8e46f9f9e05e4afa320"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://atelier-sante.example/news/feed.xml', 0, 'W/"f1320d617ed5432840d6ac9604e3179b"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://brightwater.example/news/feed.xml', 0, 'W/"136ba273820ca356848188ad9c92dfb9"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://clearwater-ledger.example/news/feed.xml', 0, 'W/"002c2fe770ec7d504558b736880da174"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://halyard.example/news/feed.xml', 0, 'W/"8c60239bab77a0a2a7a01277519e3862"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://quarry-analytics.example/news/feed.xml', 0, 'W/"f8617f8665542e97e5b59dfa7a20f951"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://quaygazette.example/about/kestrelpay.example.atom', 0, 'W/"0a4b60442e663becd03dd6adedcb0105"', NULL),
	('news|0.1.0|cec52339e69acccdd37ace16c32576f0', 'https://sable-interactive.example/news/feed.xml', 0, 'W/"8d46bebafddb5c672f9a2d36a425faaa"', NULL);

-- Data for Name: version; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.version VALUES
	(1, 'main', 'evidence@1', '72dce078f7f943fb', '{"K":9.0,"ask_counts":1.0,"ask_half_life":"21d","ask_height":9.0,"damps":{},"kind_doubt":0.5,"kinds":{},"neutral":[],"r":0.6,"sequences":[],"sparse_doubt":0.5,"topics":null,"undeclared":{"half_life":"30d","weight":1.0},"vetoes":[]}', 1795161600000000);

-- Data for Name: watch; Type: TABLE DATA; Schema: public; Owner: -

INSERT INTO public.watch VALUES
	(2, 2, 1795208400000000, '{"at":0,"board":"ashby:atelier-sante","checked":1795161600,"counts":{"20737":1,"20772":1,"20775":1},"first":20737,"floor":0,"jobs":{"~SPUaKenOVkWG-tjNx5ZDVQ":["o",20775,"CRM & Lifecycle Manager"],"~ncA1HAR_WQeFBInqaa48sg":["o",20772,"Responsable RevOps (F/H)"],"~xmdkVRPmXuOoWLqYPRq4Mw":["x",20737]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 3, 1795323723692665, 0, 1795161600000000, 1795186800000000, 1794997440000000, 'ok', NULL),
	(2, 1, 1795208400000000, '{"at":0,"board":"greenhouse:halyardrobotics","checked":1795161600,"counts":{"20699":1,"20713":1,"20727":1,"20741":1,"20756":1,"20765":1,"20770":2,"20774":1},"first":20699,"floor":0,"jobs":{"4123686804":["x",20770],"4193474834":["o",20774,"Head of Revenue Operations"],"4489360185":["o",20770,"Revenue Operations Analyst"],"4819545043":["x",20741],"5114998419":["x",20713],"5400542613":["x",20699],"5420055056":["o",20765,"CRM Administrator"],"5582408398":["x",20727],"7082390082":["x",20756]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1794885120000000, 'ok', NULL),
	(1, 0, 1795190400000000, '{"note":"it''s \u201cquoted\u201d","runs":2}', 2, 0, 0, 1795161600000000, 1795186800000000, 1795132800000000, 'ok', NULL),
	(2, 3, 1795208400000000, '{"at":0,"board":"greenhouse:nordlysfreight","checked":1795161600,"counts":{"20665":1,"20677":1,"20689":1,"20702":1,"20714":1,"20726":1,"20738":1,"20751":1,"20763":2,"20772":2,"20773":4,"20774":4,"20775":3,"20776":5,"20777":1},"first":20665,"floor":0,"jobs":{"4062174132":["x",20702],"4075484223":["x",20774],"4075681558":["o",20776,"Marketing Operations Specialist"],"4130976325":["x",20773],"4190938181":["o",20763,"Sales Operations Manager, Nordics"],"4217958544":["x",20777],"4278802848":["x",20774],"4380041390":["x",20726],"4806165911":["x",20773],"4832532667":["x",20773],"5026699782":["x",20774],"5149109696":["x",20714],"5227739031":["x",20776],"5269323053":["x",20774],"5433797850":["x",20772],"5933627963":["x",20689],"6155650378":["x",20775],"6207547390":["x",20738],"6517548807":["x",20776],"6781499093":["x",20775],"6903588052":["x",20751],"6983658449":["x",20763],"6993330883":["x",20772],"7041055833":["x",20677],"7340085982":["x",20776],"7646851437":["x",20773],"7843506401":["x",20776],"7947430573":["x",20775],"7990611073":["x",20665]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1795149599000000, 'ok', NULL),
	(2, 5, 1795208400000000, '{"at":0,"board":"lever:pipandpebble","checked":1795161600,"counts":{"20752":1,"20775":1},"first":20752,"floor":0,"jobs":{"~43PnHLNPXOWOEtkpiI3pcw":["o",20775,"Founding RevOps Manager"],"~Be3qGULPVRScsqnop1I1Bg":["x",20752]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1795032000000000, 'ok', NULL),
	(2, 8, 1795208400000000, '{"at":0,"board":"ashby:nandu-viajes","checked":1795161600,"counts":{"20747":1,"20768":1},"first":20747,"floor":0,"jobs":{"~ScOlIk2JVYuOqEPhH1N_JA":["o",20768,"Especialista CRM"],"~Zza79G9uUHSY6t8l639X4g":["x",20747]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1794401280000000, 'ok', NULL),
	(2, 7, 1795208400000000, '{"at":0,"board":"greenhouse:patientfurniture","checked":1795161600,"counts":{"20677":1,"20746":1},"first":20677,"floor":0,"jobs":{"4097399819":["x",20677],"5405413259":["o",20746,"Sales Operations Analyst"]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1792483200000000, 'ok', NULL),
	(2, 9, 1795208400000000, '{"at":0,"board":"greenhouse:gruenwald","checked":1795161600,"counts":{"20717":1,"20761":1},"first":20717,"floor":0,"jobs":{"4622009947":["o",20761,"Referent Sales Operations (m/w/d)"],"5541215184":["x",20717]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1793779200000000, 'ok', NULL),
	(2, 6, 1795208400000000, '{"at":0,"board":"ashby:balticgrid","checked":1795161600,"counts":{"20756":1,"20763":1},"first":20756,"floor":0,"jobs":{"~5K62fJvcU9qQ-JljWDM14Q":["o",20756,"CRM Solution Owner"],"~6vtjemY6Xxe5G72XPivMng":["x",20763]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}', 2, 0, 0, 1795161600000000, 1795186800000000, 1793952000000000, 'ok', NULL),
	(2, 4, 1795208400000000, '{"at":0,"board":"greenhouse:unheard","checked":0,"counts":{},"first":null,"floor":0,"jobs":{},"retry":0,"rules":"","since":null,"v":1}', 2, 0, 0, 1795161600000000, 1795161600000000, 1794591360000000, 'skipped', 'no job board found: greenhouse:unheard does not exist'),
	(5, 0, 1795190400000000, NULL, 1, 0, 0, 1795186800000000, 1795186800000000, 1794945600000000, 'ok', NULL);

-- Name: account_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.account_id_seq', 30, true);

-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.audit_id_seq', 3, true);

-- Name: instance_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.instance_id_seq', 6, true);

-- Name: kind_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.kind_id_seq', 12, true);

-- Name: link_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.link_id_seq', 2, true);

-- Name: outcome_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.outcome_id_seq', 4, true);

-- Name: run_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.run_id_seq', 5, true);

-- Name: scope_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.scope_id_seq', 4, true);

-- Name: signal_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.signal_id_seq', 77, true);

-- Name: signal_past_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.signal_past_id_seq', 4, true);

-- Name: topic_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.topic_id_seq', 2, true);

-- Name: version_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -

SELECT pg_catalog.setval('public.version_id_seq', 1, true);

-- Name: capteur_schema capteur_schema_pkc; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.capteur_schema
    ADD CONSTRAINT capteur_schema_pkc PRIMARY KEY (version_num);

-- Name: account pk_account; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.account
    ADD CONSTRAINT pk_account PRIMARY KEY (id);

-- Name: alias pk_alias; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.alias
    ADD CONSTRAINT pk_alias PRIMARY KEY (text, account_id);

-- Name: audit pk_audit; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);

-- Name: ceiling_rank pk_ceiling_rank; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.ceiling_rank
    ADD CONSTRAINT pk_ceiling_rank PRIMARY KEY (model, account_id);

-- Name: fact pk_fact; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT pk_fact PRIMARY KEY (account_id, name);

-- Name: host pk_host; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.host
    ADD CONSTRAINT pk_host PRIMARY KEY (host);

-- Name: instance pk_instance; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT pk_instance PRIMARY KEY (id);

-- Name: kind pk_kind; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.kind
    ADD CONSTRAINT pk_kind PRIMARY KEY (id);

-- Name: link pk_link; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.link
    ADD CONSTRAINT pk_link PRIMARY KEY (id);

-- Name: listing pk_listing; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.listing
    ADD CONSTRAINT pk_listing PRIMARY KEY (model, as_of, rank);

-- Name: meta pk_meta; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.meta
    ADD CONSTRAINT pk_meta PRIMARY KEY (name);

-- Name: outcome pk_outcome; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT pk_outcome PRIMARY KEY (id);

-- Name: run pk_run; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.run
    ADD CONSTRAINT pk_run PRIMARY KEY (id);

-- Name: scope pk_scope; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scope
    ADD CONSTRAINT pk_scope PRIMARY KEY (id);

-- Name: signal pk_signal; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT pk_signal PRIMARY KEY (id);

-- Name: signal_past pk_signal_past; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_past
    ADD CONSTRAINT pk_signal_past PRIMARY KEY (id);

-- Name: stale pk_stale; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stale
    ADD CONSTRAINT pk_stale PRIMARY KEY (account_id, kind_id);

-- Name: state pk_state; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.state
    ADD CONSTRAINT pk_state PRIMARY KEY (version_id, account_id, kind_id);

-- Name: topic pk_topic; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT pk_topic PRIMARY KEY (id);

-- Name: validator pk_validator; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.validator
    ADD CONSTRAINT pk_validator PRIMARY KEY (scope, url);

-- Name: version pk_version; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.version
    ADD CONSTRAINT pk_version PRIMARY KEY (id);

-- Name: watch pk_watch; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.watch
    ADD CONSTRAINT pk_watch PRIMARY KEY (instance_id, account_id);

-- Name: account uq_account_domain; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_domain UNIQUE (domain);

-- Name: account uq_account_reference; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_reference UNIQUE (reference);

-- Name: instance uq_instance_name; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT uq_instance_name UNIQUE (name);

-- Name: kind uq_kind_name; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.kind
    ADD CONSTRAINT uq_kind_name UNIQUE (name);

-- Name: outcome uq_outcome_scope_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT uq_outcome_scope_id_key UNIQUE (scope_id, key);

-- Name: scope uq_scope_name; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scope
    ADD CONSTRAINT uq_scope_name UNIQUE (name);

-- Name: signal uq_signal_scope_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT uq_signal_scope_id_key UNIQUE (scope_id, key);

-- Name: topic uq_topic_name; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT uq_topic_name UNIQUE (name);

-- Name: version uq_version_model_hash; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.version
    ADD CONSTRAINT uq_version_model_hash UNIQUE (model, hash);

-- Name: ix_account_linked_to; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_account_linked_to ON public.account USING btree (linked_to) WHERE (linked_to IS NOT NULL);

-- Name: ix_alias_account_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_alias_account_id ON public.alias USING btree (account_id);

-- Name: ix_ceiling_rank_model_ceiling_account_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_ceiling_rank_model_ceiling_account_id ON public.ceiling_rank USING btree (model, ceiling, account_id);

-- Name: ix_link_from_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_link_from_id ON public.link USING btree (from_id);

-- Name: ix_link_to_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_link_to_id ON public.link USING btree (to_id);

-- Name: ix_outcome_account_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_outcome_account_id ON public.outcome USING btree (account_id);

-- Name: ix_run_instance_id_started_at; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_run_instance_id_started_at ON public.run USING btree (instance_id, started_at);

-- Name: ix_signal_account_id_event; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_signal_account_id_event ON public.signal USING btree (account_id, event) WHERE (event IS NOT NULL);

-- Name: ix_signal_account_id_kind_id_occurred_at_strength; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_signal_account_id_kind_id_occurred_at_strength ON public.signal USING btree (account_id, kind_id, occurred_at, strength);

-- Name: ix_signal_past_account_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_signal_past_account_id ON public.signal_past USING btree (account_id);

-- Name: ix_signal_past_link_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_signal_past_link_id ON public.signal_past USING btree (link_id) WHERE (link_id IS NOT NULL);

-- Name: ix_signal_past_signal_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_signal_past_signal_id ON public.signal_past USING btree (signal_id);

-- Name: ix_validator_account_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_validator_account_id ON public.validator USING btree (account_id);

-- Name: ix_watch_instance_id_next_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX ix_watch_instance_id_next_due ON public.watch USING btree (instance_id, next_due);

-- Name: account fk_account_linked_to; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.account
    ADD CONSTRAINT fk_account_linked_to FOREIGN KEY (linked_to) REFERENCES public.account(id);

-- Name: alias fk_alias_account_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.alias
    ADD CONSTRAINT fk_alias_account_id FOREIGN KEY (account_id) REFERENCES public.account(id);

-- Name: alias fk_alias_link_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.alias
    ADD CONSTRAINT fk_alias_link_id FOREIGN KEY (link_id) REFERENCES public.link(id);

-- Name: fact fk_fact_account_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT fk_fact_account_id FOREIGN KEY (account_id) REFERENCES public.account(id);

-- Name: link fk_link_from_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.link
    ADD CONSTRAINT fk_link_from_id FOREIGN KEY (from_id) REFERENCES public.account(id);

-- Name: link fk_link_to_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.link
    ADD CONSTRAINT fk_link_to_id FOREIGN KEY (to_id) REFERENCES public.account(id);

-- Name: outcome fk_outcome_account_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT fk_outcome_account_id FOREIGN KEY (account_id) REFERENCES public.account(id);

-- Name: run fk_run_instance_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.run
    ADD CONSTRAINT fk_run_instance_id FOREIGN KEY (instance_id) REFERENCES public.instance(id);

-- Name: signal fk_signal_account_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT fk_signal_account_id FOREIGN KEY (account_id) REFERENCES public.account(id);

-- Name: signal_past fk_signal_past_account_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_past
    ADD CONSTRAINT fk_signal_past_account_id FOREIGN KEY (account_id) REFERENCES public.account(id);

-- Name: signal_past fk_signal_past_link_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_past
    ADD CONSTRAINT fk_signal_past_link_id FOREIGN KEY (link_id) REFERENCES public.link(id);

-- Name: signal_past fk_signal_past_signal_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_past
    ADD CONSTRAINT fk_signal_past_signal_id FOREIGN KEY (signal_id) REFERENCES public.signal(id);

-- Name: state fk_state_version_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.state
    ADD CONSTRAINT fk_state_version_id FOREIGN KEY (version_id) REFERENCES public.version(id);

-- Name: watch fk_watch_instance_id; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.watch
    ADD CONSTRAINT fk_watch_instance_id FOREIGN KEY (instance_id) REFERENCES public.instance(id);

