-- A store at schema 0001, written by capteur 0.1.0: account import, runs of the demo's sensors and of one that yields everything,
-- links (one undone), a forgotten account, a parked instance, a unit on its way and news not yet folded in. Loaded, never edited.
-- What that version answered about it is in schema_0001.expected.json.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE capteur_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT capteur_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO capteur_schema VALUES('0001');
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
)
 WITHOUT ROWID

;
INSERT INTO meta VALUES('person_key','d3c9993167700f8e0b1796bf1086340769564df974f88183bc9414277cccfbc7');
CREATE TABLE scope (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_scope PRIMARY KEY (id), 
	CONSTRAINT uq_scope_name UNIQUE (name)
);
INSERT INTO scope VALUES(1,'accounts');
INSERT INTO scope VALUES(2,'lab');
INSERT INTO scope VALUES(3,'hiring');
INSERT INTO scope VALUES(4,'rss');
CREATE TABLE kind (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_kind PRIMARY KEY (id), 
	CONSTRAINT uq_kind_name UNIQUE (name)
);
INSERT INTO kind VALUES(1,'account.competitor');
INSERT INTO kind VALUES(2,'account.customer');
INSERT INTO kind VALUES(3,'account.partner');
INSERT INTO kind VALUES(4,'visit.page');
INSERT INTO kind VALUES(5,'funding.raised');
INSERT INTO kind VALUES(6,'ask.contact');
INSERT INTO kind VALUES(7,'hiring.opened');
INSERT INTO kind VALUES(8,'press.mention');
INSERT INTO kind VALUES(9,'hiring.other');
INSERT INTO kind VALUES(10,'hiring.surge');
INSERT INTO kind VALUES(11,'people.leader_joined');
INSERT INTO kind VALUES(12,'company.layoffs');
CREATE TABLE topic (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_topic PRIMARY KEY (id), 
	CONSTRAINT uq_topic_name UNIQUE (name)
);
INSERT INTO topic VALUES(1,'crm');
INSERT INTO topic VALUES(2,'payroll');
CREATE TABLE host (
	host TEXT NOT NULL, 
	wait_until BIGINT NOT NULL, 
	fails BIGINT NOT NULL, 
	CONSTRAINT pk_host PRIMARY KEY (host)
)
 WITHOUT ROWID

;
INSERT INTO host VALUES('slow.example.com',1795191000000000,0);
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	action TEXT NOT NULL, 
	account_id BIGINT, 
	detail TEXT, 
	CONSTRAINT pk_audit PRIMARY KEY (id)
);
INSERT INTO audit VALUES(1,1795161600000000,'link',4,'{"link": 1}');
INSERT INTO audit VALUES(2,1795161600000000,'link',5,'{"link": 2}');
INSERT INTO audit VALUES(3,1795186800000000,'unlink',5,'{"link": 2}');
CREATE TABLE account (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	domain TEXT, 
	name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reference TEXT, 
	linked_to BIGINT, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT fk_account_linked_to FOREIGN KEY(linked_to) REFERENCES account (id), 
	CONSTRAINT uq_account_domain UNIQUE (domain), 
	CONSTRAINT uq_account_reference UNIQUE (reference)
);
INSERT INTO account VALUES(1,'halyard.example','Halyard Robotics','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(2,'atelier-sante.example','Atelier Santé','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(3,'nordlys-freight.example','Nordlys Freight A/S','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(4,'quarry-analytics.example','Quarry & Sons Analytics','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(5,'pipandpebble.example','Pip & Pebble','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(6,'balticgrid.example','Baltic Grid OÜ','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(7,'patientfurniture.example','The Extraordinarily Patient Furniture Restoration Company of Upper Silesia','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(8,'nandu-viajes.example','Ñandú Viajes','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(9,'gruenwald.example','Grünwald Maschinenbau SE & Co. KG','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(10,'okonkwo-foods.example','Okonkwo Foods','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(11,'sable-interactive.example','Sable Interactive','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(12,'kestrelpay.example','Kestrel Payments','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(13,'colossus-mutual.example','Colossus Mutual','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(14,'clearwater-ledger.example','Clearwater Ledger','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(15,'fernhill.example','Fernhill Academies','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(16,'orchardlane.example','Orchard Lane Credit Union','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(17,'brightwater.example','Brightwater Biologics','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(18,'zephyr-coop.example','Zephyr Wind Co-operative','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(19,'pomelo-health.example','Pomelo Health','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(20,'tessellate.example','Tessellate GmbH','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(21,'saltmarsh.example','Saltmarsh Energy','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(22,'ironwood.example','Ironwood Logistics','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(23,'quietstone.example','Quietstone Holdings','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(24,'emberandoak.example','Ember & Oak Hotels','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(25,'mossbank.example','Mossbank Dairy','listed',NULL,NULL,1795161600000000);
INSERT INTO account VALUES(26,'example.net','example.net','discovered','domain:example.net',NULL,1795161600000000);
INSERT INTO account VALUES(27,NULL,'Unheard Widgets Ltd','linked','greenhouse:unheard',4,1795161600000000);
INSERT INTO account VALUES(28,NULL,'Brand New Holding','unmatched','name:brand new holding',NULL,1795161600000000);
INSERT INTO account VALUES(29,NULL,'Once Linked SA','unmatched','name:once linked',NULL,1795161600000000);
CREATE TABLE link (
	id INTEGER NOT NULL, 
	from_id BIGINT NOT NULL, 
	to_id BIGINT NOT NULL, 
	from_state TEXT NOT NULL, 
	linked_at BIGINT NOT NULL, 
	undone_at BIGINT, 
	CONSTRAINT pk_link PRIMARY KEY (id), 
	CONSTRAINT fk_link_from_id FOREIGN KEY(from_id) REFERENCES account (id), 
	CONSTRAINT fk_link_to_id FOREIGN KEY(to_id) REFERENCES account (id)
);
INSERT INTO link VALUES(1,27,4,'unmatched',1795161600000000,NULL);
INSERT INTO link VALUES(2,29,5,'unmatched',1795161600000000,1795186800000000);
CREATE TABLE alias (
	text TEXT NOT NULL, 
	account_id BIGINT NOT NULL, 
	link_id BIGINT, 
	CONSTRAINT pk_alias PRIMARY KEY (text, account_id), 
	CONSTRAINT fk_alias_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_alias_link_id FOREIGN KEY(link_id) REFERENCES link (id)
)
 WITHOUT ROWID

;
INSERT INTO alias VALUES('greenhouse:unheard',4,1);
INSERT INTO alias VALUES('greenhouse:unheard',27,NULL);
INSERT INTO alias VALUES('name:atelier sante',2,NULL);
INSERT INTO alias VALUES('name:baltic grid',6,NULL);
INSERT INTO alias VALUES('name:brightwater biologics',17,NULL);
INSERT INTO alias VALUES('name:clearwater ledger',14,NULL);
INSERT INTO alias VALUES('name:colossus mutual',13,NULL);
INSERT INTO alias VALUES('name:ember and oak hotels',24,NULL);
INSERT INTO alias VALUES('name:extraordinarily patient furniture restoration company of upper silesia',7,NULL);
INSERT INTO alias VALUES('name:fernhill academies',15,NULL);
INSERT INTO alias VALUES('name:grunwald maschinenbau',9,NULL);
INSERT INTO alias VALUES('name:halyard robotics',1,NULL);
INSERT INTO alias VALUES('name:ironwood logistics',22,NULL);
INSERT INTO alias VALUES('name:kestrel payments',12,NULL);
INSERT INTO alias VALUES('name:mossbank dairy',25,NULL);
INSERT INTO alias VALUES('name:nandu viajes',8,NULL);
INSERT INTO alias VALUES('name:nordlys freight',3,NULL);
INSERT INTO alias VALUES('name:okonkwo foods',10,NULL);
INSERT INTO alias VALUES('name:orchard lane credit union',16,NULL);
INSERT INTO alias VALUES('name:pip and pebble',5,NULL);
INSERT INTO alias VALUES('name:pomelo health',19,NULL);
INSERT INTO alias VALUES('name:quarry and sons analytics',4,NULL);
INSERT INTO alias VALUES('name:quietstone holdings',23,NULL);
INSERT INTO alias VALUES('name:sable interactive',11,NULL);
INSERT INTO alias VALUES('name:saltmarsh energy',21,NULL);
INSERT INTO alias VALUES('name:tessellate',20,NULL);
INSERT INTO alias VALUES('name:zephyr wind co operative',18,NULL);
CREATE TABLE fact (
	account_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	CONSTRAINT pk_fact PRIMARY KEY (account_id, name), 
	CONSTRAINT fk_fact_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 WITHOUT ROWID

;
INSERT INTO fact VALUES(1,'country','"NL"',1795161600000000);
INSERT INTO fact VALUES(1,'employees','140',1795161600000000);
INSERT INTO fact VALUES(1,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(2,'country','"FR"',1795161600000000);
INSERT INTO fact VALUES(2,'employees','85',1795161600000000);
INSERT INTO fact VALUES(2,'lifecycle','"opportunity"',1793606400000000);
INSERT INTO fact VALUES(2,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(2,'size','250',1793491200000000);
INSERT INTO fact VALUES(3,'country','"DK"',1795161600000000);
INSERT INTO fact VALUES(3,'employees','420',1795161600000000);
INSERT INTO fact VALUES(3,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(4,'country','"GB"',1795161600000000);
INSERT INTO fact VALUES(4,'employees','60',1795161600000000);
INSERT INTO fact VALUES(4,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(5,'country','"IE"',1795161600000000);
INSERT INTO fact VALUES(5,'employees','14',1795161600000000);
INSERT INTO fact VALUES(5,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(6,'country','"EE"',1795161600000000);
INSERT INTO fact VALUES(6,'employees','210',1795161600000000);
INSERT INTO fact VALUES(6,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(7,'country','"PL"',1795161600000000);
INSERT INTO fact VALUES(7,'employees','95',1795161600000000);
INSERT INTO fact VALUES(7,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(8,'country','"AR"',1795161600000000);
INSERT INTO fact VALUES(8,'employees','180',1795161600000000);
INSERT INTO fact VALUES(8,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(9,'country','"DE"',1795161600000000);
INSERT INTO fact VALUES(9,'employees','900',1795161600000000);
INSERT INTO fact VALUES(9,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(10,'country','"GB"',1795161600000000);
INSERT INTO fact VALUES(10,'employees','75',1795161600000000);
INSERT INTO fact VALUES(10,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(11,'country','"CA"',1795161600000000);
INSERT INTO fact VALUES(11,'employees','130',1795161600000000);
INSERT INTO fact VALUES(11,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(12,'country','"SE"',1795161600000000);
INSERT INTO fact VALUES(12,'employees','50',1795161600000000);
INSERT INTO fact VALUES(12,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(13,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(13,'employees','48000',1795161600000000);
INSERT INTO fact VALUES(13,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(14,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(14,'employees','300',1795161600000000);
INSERT INTO fact VALUES(15,'country','"GB"',1795161600000000);
INSERT INTO fact VALUES(15,'employees','640',1795161600000000);
INSERT INTO fact VALUES(15,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(16,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(16,'employees','220',1795161600000000);
INSERT INTO fact VALUES(16,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(17,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(17,'employees','510',1795161600000000);
INSERT INTO fact VALUES(17,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(18,'country','"GB"',1795161600000000);
INSERT INTO fact VALUES(18,'employees','40',1795161600000000);
INSERT INTO fact VALUES(18,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(19,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(19,'employees','160',1795161600000000);
INSERT INTO fact VALUES(19,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(20,'country','"AT"',1795161600000000);
INSERT INTO fact VALUES(20,'employees','33',1795161600000000);
INSERT INTO fact VALUES(20,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(21,'country','"GB"',1795161600000000);
INSERT INTO fact VALUES(21,'employees','270',1795161600000000);
INSERT INTO fact VALUES(21,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(22,'country','"US"',1795161600000000);
INSERT INTO fact VALUES(22,'employees','350',1795161600000000);
INSERT INTO fact VALUES(22,'owner','"Maja"',1795161600000000);
INSERT INTO fact VALUES(23,'country','"CH"',1795161600000000);
INSERT INTO fact VALUES(23,'employees','25',1795161600000000);
INSERT INTO fact VALUES(23,'owner','"Ines"',1795161600000000);
INSERT INTO fact VALUES(24,'country','"PT"',1795161600000000);
INSERT INTO fact VALUES(24,'employees','480',1795161600000000);
INSERT INTO fact VALUES(24,'owner','"Tomás"',1795161600000000);
INSERT INTO fact VALUES(25,'country','"IE"',1795161600000000);
INSERT INTO fact VALUES(25,'employees','55',1795161600000000);
INSERT INTO fact VALUES(25,'owner','"Maja"',1795161600000000);
CREATE TABLE outcome (
	id INTEGER NOT NULL, 
	scope_id BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	account_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	known_at BIGINT NOT NULL, 
	model TEXT NOT NULL, 
	value DOUBLE, 
	data TEXT, 
	CONSTRAINT pk_outcome PRIMARY KEY (id), 
	CONSTRAINT fk_outcome_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT uq_outcome_scope_id_key UNIQUE (scope_id, "key")
);
INSERT INTO outcome VALUES(1,2,'crm:1',2,'meeting',1794960000000000,1795161600000000,'main',1500.5,'{"stage": "demo"}');
INSERT INTO outcome VALUES(2,2,'crm:2',3,'lost',1794873600000000,1795161600000000,'main',NULL,NULL);
CREATE TABLE signal (
	id INTEGER NOT NULL, 
	scope_id BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	account_id BIGINT NOT NULL, 
	kind_id BIGINT NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	detected_at BIGINT NOT NULL, 
	known_at BIGINT NOT NULL, 
	known_assumed BOOLEAN NOT NULL, 
	by_day BOOLEAN NOT NULL, 
	revoked_at BIGINT, 
	strength DOUBLE NOT NULL, 
	topic_id BIGINT, 
	event TEXT, 
	person TEXT, 
	schema_version BIGINT NOT NULL, 
	revoked_reason TEXT, 
	summary TEXT, 
	evidence_url TEXT, 
	data TEXT, 
	CONSTRAINT pk_signal PRIMARY KEY (id), 
	CONSTRAINT fk_signal_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT uq_signal_scope_id_key UNIQUE (scope_id, "key")
);
INSERT INTO signal VALUES(1,1,'standing:clearwater-ledger.example:competitor:1795161600000000',14,1,1795161600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(2,1,'standing:fernhill.example:customer:1795161600000000',15,2,1795161600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(3,1,'standing:orchardlane.example:partner:1795161600000000',16,3,1795161600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(4,2,'site:visits:a:2026-11-20',1,4,1795132800000000,1795161600000000,1795186800000000,0,1,NULL,0.5,NULL,NULL,NULL,1,NULL,'Visits of the day',NULL,NULL);
INSERT INTO signal VALUES(5,2,'sec:0001',2,5,1794389400000000,1795161600000000,1795161600000000,0,0,NULL,0.9000000000000000222,NULL,'round-7',NULL,1,NULL,'Raises €12M — “Series A”, says Löwe & Söhne 株式会社','https://press.example/round-7?a=1&b=2','{"amount":12000000,"by":["\u00dcnal","O''Neil"],"currency":"EUR","quote":"said \"yes\"\nand went"}');
INSERT INTO signal VALUES(6,2,'press:77',2,5,1794441600000000,1795161600000000,1795161600000000,0,1,NULL,0.59999999999999997779,NULL,'round-7',NULL,1,NULL,'Zwölf Millionen',NULL,NULL);
INSERT INTO signal VALUES(7,2,'form:1',3,6,1795118645678901,1795161600000000,1795161600000000,0,0,NULL,1.0,1,NULL,'51ec999024de8c36',2,NULL,'Please call me',NULL,NULL);
INSERT INTO signal VALUES(8,2,'board:9',1,7,1795046400000000,1795161600000000,1795161600000000,0,1,NULL,0.33333333333333331482,2,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(9,2,'wrong:1',3,8,1790812800000000,1795161600000000,1795161600000000,0,1,1795186800000000,1.0,NULL,NULL,NULL,1,'another company','Another company of that name',NULL,NULL);
INSERT INTO signal VALUES(10,2,'gh:unheard:1',4,7,1793491200000000,1795161600000000,1795161600000000,0,1,NULL,1.0,NULL,NULL,NULL,1,NULL,'RevOps Manager',NULL,NULL);
INSERT INTO signal VALUES(11,2,'gh:new:1',28,7,1793577600000000,1795161600000000,1795161600000000,0,1,NULL,1.0,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(12,2,'rss:1',26,8,1793664000000000,1795161600000000,1795161600000000,0,1,NULL,1.0,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(13,2,'gh:once:1',29,7,1793750400000000,1795161600000000,1795161600000000,0,1,NULL,0.5,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO signal VALUES(14,3,'lever:quarryandsons:a413c821-3c08-5342-9bb9-15d101b7ad4f:hiring.other',4,9,1790668800000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Geologist','https://jobs.lever.co/quarryandsons/a413c821-3c08-5342-9bb9-15d101b7ad4f','{"board":"quarryandsons","department":"Field","employment":"Full-time","locations":["Leeds"],"title":"Geologist","vendor":"lever"}');
INSERT INTO signal VALUES(15,3,'lever:quarryandsons:7be46698-976a-5952-9d9c-4456fb6d0081:hiring.other',4,9,1790841600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Geologist','https://jobs.lever.co/quarryandsons/7be46698-976a-5952-9d9c-4456fb6d0081','{"board":"quarryandsons","department":"Field","employment":"Full-time","locations":["Leeds"],"title":"Geologist","vendor":"lever"}');
INSERT INTO signal VALUES(16,3,'lever:quarryandsons:6a9c3e29-8281-5346-a017-a85f326c4047:hiring.opened',4,7,1794591360000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Sales Operations Lead','https://jobs.lever.co/quarryandsons/6a9c3e29-8281-5346-a017-a85f326c4047','{"board":"quarryandsons","department":"Sales","employment":"Full-time","locations":["Leeds"],"title":"Sales Operations Lead","vendor":"lever","workplace":"onsite"}');
INSERT INTO signal VALUES(17,3,'greenhouse:halyardrobotics:5400542613:hiring.other',1,9,1788429597000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Field Technician','https://job-boards.greenhouse.io/halyardrobotics/jobs/4033782834','{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Field Technician","vendor":"greenhouse"}');
INSERT INTO signal VALUES(18,3,'greenhouse:halyardrobotics:5114998419:hiring.other',1,9,1789653600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Embedded Software Engineer','https://job-boards.greenhouse.io/halyardrobotics/jobs/7136025552','{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Embedded Software Engineer","vendor":"greenhouse"}');
INSERT INTO signal VALUES(19,3,'greenhouse:halyardrobotics:5582408398:hiring.other',1,9,1790877602000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Controls Engineer','https://job-boards.greenhouse.io/halyardrobotics/jobs/4919503760','{"board":"halyardrobotics","department":"Engineering 2","locations":["Remote"],"title":"Controls Engineer","vendor":"greenhouse"}');
INSERT INTO signal VALUES(20,3,'greenhouse:halyardrobotics:4819545043:hiring.other',1,9,1792101597000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Field Technician','https://job-boards.greenhouse.io/halyardrobotics/jobs/4261080339','{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Field Technician","vendor":"greenhouse"}');
INSERT INTO signal VALUES(21,3,'greenhouse:halyardrobotics:7082390082:hiring.other',1,9,1793325600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Embedded Software Engineer','https://job-boards.greenhouse.io/halyardrobotics/jobs/5148844910','{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Embedded Software Engineer","vendor":"greenhouse"}');
INSERT INTO signal VALUES(22,3,'greenhouse:halyardrobotics:5420055056:hiring.opened',1,7,1794150720000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'CRM Administrator','https://job-boards.greenhouse.io/halyardrobotics/jobs/7779314786','{"board":"halyardrobotics","department":"Revenue","locations":["Remote"],"title":"CRM Administrator","vendor":"greenhouse"}');
INSERT INTO signal VALUES(23,3,'greenhouse:halyardrobotics:4123686804:hiring.other',1,9,1794549602000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Controls Engineer','https://job-boards.greenhouse.io/halyardrobotics/jobs/4262635495','{"board":"halyardrobotics","department":"Engineering 1","locations":["Remote"],"title":"Controls Engineer","vendor":"greenhouse"}');
INSERT INTO signal VALUES(24,3,'greenhouse:halyardrobotics:4489360185:hiring.opened',1,7,1794608640000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Revenue Operations Analyst','https://job-boards.greenhouse.io/halyardrobotics/jobs/6913225633','{"board":"halyardrobotics","department":"Revenue","locations":["Remote"],"title":"Revenue Operations Analyst","vendor":"greenhouse"}');
INSERT INTO signal VALUES(25,3,'greenhouse:halyardrobotics:4193474834:hiring.opened',1,7,1794885120000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Head of Revenue Operations','https://job-boards.greenhouse.io/halyardrobotics/jobs/4591230705','{"board":"halyardrobotics","department":"Revenue","locations":["Rotterdam","Remote - EU"],"posts":2,"title":"Head of Revenue Operations","vendor":"greenhouse"}');
INSERT INTO signal VALUES(26,3,'ashby:balticgrid:e4aeb67c-9bdc-53da-90f8-9963583335e1:hiring.opened',6,7,1793347200000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'CRM Solution Owner','https://jobs.ashbyhq.com/balticgrid/e4aeb67c-9bdc-53da-90f8-9963583335e1','{"board":"balticgrid","department":"Commercial","employment":"FullTime","locations":["Tallinn"],"title":"CRM Solution Owner","vendor":"ashby"}');
INSERT INTO signal VALUES(27,3,'ashby:balticgrid:eafb637a-663a-5f17-b91b-bd973e2bcc9e:hiring.other',6,9,1793952000000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Grid Operator','https://jobs.ashbyhq.com/balticgrid/eafb637a-663a-5f17-b91b-bd973e2bcc9e','{"board":"balticgrid","department":"Operations","employment":"FullTime","locations":["Tallinn"],"title":"Grid Operator","vendor":"ashby"}');
INSERT INTO signal VALUES(28,3,'greenhouse:nordlysfreight:7990611073:hiring.other',3,9,1785494399000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Ferry Planner','https://job-boards.greenhouse.io/nordlysfreight/jobs/7363537449','{"board":"nordlysfreight","department":"Operations 5","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}');
INSERT INTO signal VALUES(29,3,'greenhouse:nordlysfreight:7041055833:hiring.other',3,9,1786550397000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Customs Clerk','https://job-boards.greenhouse.io/nordlysfreight/jobs/6480825243','{"board":"nordlysfreight","department":"Operations 4","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}');
INSERT INTO signal VALUES(30,3,'greenhouse:nordlysfreight:5933627963:hiring.other',3,9,1787606403000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Ferry Planner','https://job-boards.greenhouse.io/nordlysfreight/jobs/6257375924','{"board":"nordlysfreight","department":"Operations 4","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}');
INSERT INTO signal VALUES(31,3,'greenhouse:nordlysfreight:4062174132:hiring.other',3,9,1788662401000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Customs Clerk','https://job-boards.greenhouse.io/nordlysfreight/jobs/5458055196','{"board":"nordlysfreight","department":"Operations 3","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}');
INSERT INTO signal VALUES(32,3,'greenhouse:nordlysfreight:5149109696:hiring.other',3,9,1789718400000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Ferry Planner','https://job-boards.greenhouse.io/nordlysfreight/jobs/6322724716','{"board":"nordlysfreight","department":"Operations 3","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}');
INSERT INTO signal VALUES(33,3,'greenhouse:nordlysfreight:4380041390:hiring.other',3,9,1790774398000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Customs Clerk','https://job-boards.greenhouse.io/nordlysfreight/jobs/4129435623','{"board":"nordlysfreight","department":"Operations 2","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}');
INSERT INTO signal VALUES(34,3,'greenhouse:nordlysfreight:6207547390:hiring.other',3,9,1791830396000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Ferry Planner','https://job-boards.greenhouse.io/nordlysfreight/jobs/4113304666','{"board":"nordlysfreight","department":"Operations 2","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}');
INSERT INTO signal VALUES(35,3,'greenhouse:nordlysfreight:6903588052:hiring.other',3,9,1792886402000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Customs Clerk','https://job-boards.greenhouse.io/nordlysfreight/jobs/5730056634','{"board":"nordlysfreight","department":"Operations 1","locations":["Remote"],"title":"Customs Clerk","vendor":"greenhouse"}');
INSERT INTO signal VALUES(36,3,'greenhouse:nordlysfreight:6983658449:hiring.other',3,9,1793942400000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Ferry Planner','https://job-boards.greenhouse.io/nordlysfreight/jobs/5118122237','{"board":"nordlysfreight","department":"Operations 1","locations":["Remote"],"title":"Ferry Planner","vendor":"greenhouse"}');
INSERT INTO signal VALUES(37,3,'greenhouse:nordlysfreight:4190938181:hiring.opened',3,7,1793995200000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Sales Operations Manager, Nordics','https://job-boards.greenhouse.io/nordlysfreight/jobs/4638928411','{"board":"nordlysfreight","department":"Sales","locations":["Aarhus"],"title":"Sales Operations Manager, Nordics","vendor":"greenhouse"}');
INSERT INTO signal VALUES(38,3,'greenhouse:nordlysfreight:5433797850:hiring.other',3,9,1794741600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/5381862872','{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(39,3,'greenhouse:nordlysfreight:6993330883:hiring.other',3,9,1794765602000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/4240149571','{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(40,3,'greenhouse:nordlysfreight:7646851437:hiring.other',3,9,1794789596000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/6649272248','{"board":"nordlysfreight","department":"Sales 6","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(41,3,'greenhouse:nordlysfreight:4130976325:hiring.other',3,9,1794813598000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/4125700771','{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(42,3,'greenhouse:nordlysfreight:4832532667:hiring.other',3,9,1794837600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/7020859422','{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(43,3,'greenhouse:nordlysfreight:4806165911:hiring.other',3,9,1794861601000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/5366582800','{"board":"nordlysfreight","department":"Sales 5","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(44,3,'greenhouse:nordlysfreight:4278802848:hiring.other',3,9,1794885603000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/4155430237','{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(45,3,'greenhouse:nordlysfreight:5269323053:hiring.other',3,9,1794909597000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/4145132696','{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(46,3,'greenhouse:nordlysfreight:5026699782:hiring.other',3,9,1794933599000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/7809456109','{"board":"nordlysfreight","department":"Sales 4","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(47,3,'greenhouse:nordlysfreight:4075484223:hiring.other',3,9,1794957600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/7801922141','{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(48,3,'greenhouse:nordlysfreight:6781499093:hiring.other',3,9,1794981602000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/6146456076','{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(49,3,'greenhouse:nordlysfreight:6155650378:hiring.other',3,9,1795005596000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/5409807364','{"board":"nordlysfreight","department":"Sales 3","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(50,3,'greenhouse:nordlysfreight:7947430573:hiring.other',3,9,1795029598000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/7401933993','{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(51,3,'greenhouse:nordlysfreight:4075681558:hiring.opened',3,7,1795049280000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Marketing Operations Specialist','https://job-boards.greenhouse.io/nordlysfreight/jobs/7086533445','{"board":"nordlysfreight","department":"Marketing","locations":["Aarhus"],"title":"Marketing Operations Specialist","vendor":"greenhouse"}');
INSERT INTO signal VALUES(52,3,'greenhouse:nordlysfreight:6517548807:hiring.other',3,9,1795053600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/5219978411','{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(53,3,'greenhouse:nordlysfreight:5227739031:hiring.other',3,9,1795077601000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/5372171947','{"board":"nordlysfreight","department":"Sales 2","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(54,3,'greenhouse:nordlysfreight:7340085982:hiring.other',3,9,1795101603000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Business Development Representative','https://job-boards.greenhouse.io/nordlysfreight/jobs/4119070893','{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Business Development Representative","vendor":"greenhouse"}');
INSERT INTO signal VALUES(55,3,'greenhouse:nordlysfreight:7843506401:hiring.other',3,9,1795125597000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Key Account Manager','https://job-boards.greenhouse.io/nordlysfreight/jobs/7812721959','{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Key Account Manager","vendor":"greenhouse"}');
INSERT INTO signal VALUES(56,3,'greenhouse:nordlysfreight:4217958544:hiring.other',3,9,1795149599000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Account Executive','https://job-boards.greenhouse.io/nordlysfreight/jobs/5340904290','{"board":"nordlysfreight","department":"Sales 1","locations":["Remote"],"title":"Account Executive","vendor":"greenhouse"}');
INSERT INTO signal VALUES(57,3,'greenhouse:nordlysfreight:2026-W47:hiring.surge',3,10,1794873600000000,1795161600000000,1795161600000000,0,1,NULL,1.0,NULL,NULL,NULL,1,NULL,'17 new posts in week 2026-W47, usually about 2.3','https://job-boards.greenhouse.io/nordlysfreight','{"board":"nordlysfreight","posts":17,"usual":2.26,"vendor":"greenhouse","week":"2026-W47"}');
INSERT INTO signal VALUES(58,3,'lever:pipandpebble:05edea19-42cf-5514-9cb2-a9e8a7523506:hiring.other',5,9,1793001600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Illustrator','https://jobs.lever.co/pipandpebble/05edea19-42cf-5514-9cb2-a9e8a7523506','{"board":"pipandpebble","department":"Studio","employment":"Full-time","locations":["Cork"],"title":"Illustrator","vendor":"lever"}');
INSERT INTO signal VALUES(59,3,'lever:pipandpebble:e373e71c-b34f-5ce5-8e12-d929888de973:hiring.opened',5,7,1795032000000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Founding RevOps Manager','https://jobs.lever.co/pipandpebble/e373e71c-b34f-5ce5-8e12-d929888de973','{"board":"pipandpebble","department":"Go-to-market","employment":"Full-time","locations":["Cork"],"title":"Founding RevOps Manager","vendor":"lever","workplace":"onsite"}');
INSERT INTO signal VALUES(60,3,'ashby:atelier-sante:c6676455-13e6-5ee3-a858-ba983d1ab833:hiring.other',2,9,1791705600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Sage-femme coordinatrice','https://jobs.ashbyhq.com/atelier-sante/c6676455-13e6-5ee3-a858-ba983d1ab833','{"board":"atelier-sante","department":"Soin","employment":"FullTime","locations":["Marseille"],"title":"Sage-femme coordinatrice","vendor":"ashby"}');
INSERT INTO signal VALUES(61,3,'ashby:atelier-sante:9dc0351c-047f-5907-8504-89ea69ae3cb2:hiring.opened',2,7,1794720960000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Responsable RevOps (F/H)','https://jobs.ashbyhq.com/atelier-sante/9dc0351c-047f-5907-8504-89ea69ae3cb2','{"board":"atelier-sante","department":"Revenus","employment":"FullTime","locations":["Lyon"],"title":"Responsable RevOps (F/H)","vendor":"ashby"}');
INSERT INTO signal VALUES(62,3,'ashby:atelier-sante:48f51a29-e9ce-5645-86fa-d8cdc7964355:hiring.opened',2,7,1794997440000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'CRM & Lifecycle Manager','https://jobs.ashbyhq.com/atelier-sante/48f51a29-e9ce-5645-86fa-d8cdc7964355','{"board":"atelier-sante","department":"Marketing","employment":"FullTime","locations":["Paris","Remote"],"title":"CRM & Lifecycle Manager","vendor":"ashby","workplace":"hybrid"}');
INSERT INTO signal VALUES(63,3,'ashby:nandu-viajes:6736bbf4-6f6e-5074-98ea-df25eb7f57e2:hiring.other',8,9,1792569600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Guía de montaña','https://jobs.ashbyhq.com/nandu-viajes/6736bbf4-6f6e-5074-98ea-df25eb7f57e2','{"board":"nandu-viajes","department":"Terreno","employment":"FullTime","locations":["El Chalt\u00e9n"],"title":"Gu\u00eda de monta\u00f1a","vendor":"ashby"}');
INSERT INTO signal VALUES(64,3,'ashby:nandu-viajes:49c3a522-4d89-558b-8ea8-43e11f537f24:hiring.opened',8,7,1794401280000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Especialista CRM','https://jobs.ashbyhq.com/nandu-viajes/49c3a522-4d89-558b-8ea8-43e11f537f24','{"board":"nandu-viajes","department":"Marketing","employment":"FullTime","locations":["Buenos Aires"],"title":"Especialista CRM","vendor":"ashby"}');
INSERT INTO signal VALUES(65,3,'greenhouse:gruenwald:5541215184:hiring.other',9,9,1789977600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Zerspanungsmechaniker (m/w/d)','https://job-boards.greenhouse.io/gruenwald/jobs/6002212570','{"board":"gruenwald","department":"Fertigung","locations":["Bielefeld"],"title":"Zerspanungsmechaniker (m/w/d)","vendor":"greenhouse"}');
INSERT INTO signal VALUES(66,3,'greenhouse:gruenwald:4622009947:hiring.opened',9,7,1793779200000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Referent Sales Operations (m/w/d)','https://job-boards.greenhouse.io/gruenwald/jobs/7760345156','{"board":"gruenwald","department":"Vertrieb","locations":["Bielefeld"],"title":"Referent Sales Operations (m/w/d)","vendor":"greenhouse"}');
INSERT INTO signal VALUES(67,3,'greenhouse:patientfurniture:4097399819:hiring.other',7,9,1786521600000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Upholsterer','https://patientfurniture.example/careers/opening?gh_jid=7256206596','{"board":"patientfurniture","department":"Workshop","locations":["Katowice"],"title":"Upholsterer","vendor":"greenhouse"}');
INSERT INTO signal VALUES(68,3,'greenhouse:patientfurniture:5405413259:hiring.opened',7,7,1792483200000000,1795161600000000,1795161600000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Sales Operations Analyst','https://patientfurniture.example/careers/opening?gh_jid=5478429547','{"board":"patientfurniture","department":"Sales","locations":["Katowice"],"title":"Sales Operations Analyst","vendor":"greenhouse"}');
INSERT INTO signal VALUES(69,4,'halyard.example:halyard.example:d25f62a17d013ee660b7:funding.raised',1,5,1794358080000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Halyard Robotics raises $24 million Series B to moor ships in 40 more ports','https://halyard.example/news/halyard-robotics-raises-24-million-series-b-to-moor','{"amount":24000000,"currency":"USD","feed":"https://halyard.example/news/feed.xml"}');
INSERT INTO signal VALUES(70,4,'halyard.example:halyard.example:848f9ae50dc108a6b35a:press.mention',1,8,1792310400000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'What a bollard teaches about force control','https://halyard.example/news/what-a-bollard-teaches-about-force-control','{"feed":"https://halyard.example/news/feed.xml"}');
INSERT INTO signal VALUES(71,4,'atelier-sante.example:atelier-sante.example:4c750f7865d62e498812:funding.raised',2,5,1793606400000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Atelier Santé raises €12M to open forty shared practices','https://atelier-sante.example/news/atelier-sante-raises-12m-to-open-forty-shared-practices','{"amount":12000000,"currency":"EUR","feed":"https://atelier-sante.example/news/feed.xml"}');
INSERT INTO signal VALUES(72,4,'quarry-analytics.example:quarry-analytics.example:04854a3d4dd2217375af:funding.raised',4,5,1791619200000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Quarry & Sons Analytics closes £6m seed round','https://quarry-analytics.example/news/quarry-sons-analytics-closes-6m-seed-round','{"amount":6000000,"currency":"GBP","feed":"https://quarry-analytics.example/news/feed.xml"}');
INSERT INTO signal VALUES(73,4,'sable-interactive.example:sable-interactive.example:ff5ae68e607043c96e43:people.leader_joined',11,11,1794686400000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Sable Interactive appoints Odile Marchetti as Chief Revenue Officer','https://sable-interactive.example/news/sable-interactive-appoints-odile-marchetti-as-chief-revenue-officer','{"feed":"https://sable-interactive.example/news/feed.xml"}');
INSERT INTO signal VALUES(74,4,'clearwater-ledger.example:clearwater-ledger.example:31199c757b60ebe25a5f:funding.raised',14,5,1794124800000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Clearwater Ledger raises $40M Series C','https://clearwater-ledger.example/news/clearwater-ledger-raises-40m-series-c','{"amount":40000000,"currency":"USD","feed":"https://clearwater-ledger.example/news/feed.xml"}');
INSERT INTO signal VALUES(75,4,'brightwater.example:brightwater.example:58a777a93d9ee63a212a:company.layoffs',17,12,1794470400000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Brightwater Biologics lays off 60 people as the salmon season ends early','https://brightwater.example/news/brightwater-biologics-lays-off-60-people-as-the-salmon','{"feed":"https://brightwater.example/news/feed.xml"}');
INSERT INTO signal VALUES(76,4,'quaygazette.example:kestrelpay.example:c05d8982c006a562ef07:funding.raised',12,5,1794945600000000,1795186800000000,1795186800000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Kestrel Payments secures $18M Series A','https://quaygazette.example/news/kestrel-payments-secures-18m-series-a','{"amount":18000000,"currency":"USD","feed":"https://quaygazette.example/about/kestrelpay.example.atom"}');
INSERT INTO signal VALUES(77,3,'greenhouse:late:1',2,7,1794928200000000,1795187400000000,1795187400000000,0,0,NULL,1.0,NULL,NULL,NULL,1,NULL,'Late news',NULL,NULL);
CREATE TABLE signal_past (
	id INTEGER NOT NULL, 
	signal_id BIGINT NOT NULL, 
	known_at BIGINT NOT NULL, 
	known_assumed BOOLEAN NOT NULL, 
	until BIGINT NOT NULL, 
	strength DOUBLE NOT NULL, 
	account_id BIGINT NOT NULL, 
	link_id BIGINT, 
	CONSTRAINT pk_signal_past PRIMARY KEY (id), 
	CONSTRAINT fk_signal_past_account_id FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT fk_signal_past_link_id FOREIGN KEY(link_id) REFERENCES link (id), 
	CONSTRAINT fk_signal_past_signal_id FOREIGN KEY(signal_id) REFERENCES signal (id)
);
INSERT INTO signal_past VALUES(1,10,1795161600000000,0,1795161600000000,1.0,27,1);
INSERT INTO signal_past VALUES(2,13,1795161600000000,0,1795161600000000,0.5,29,2);
INSERT INTO signal_past VALUES(3,4,1795161600000000,0,1795186800000000,0.2000000000000000111,1,NULL);
INSERT INTO signal_past VALUES(4,13,1795161600000000,0,1795186800000000,0.5,5,NULL);
CREATE TABLE instance (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sensor TEXT NOT NULL, 
	config_hash TEXT NOT NULL, 
	parked_at BIGINT, 
	parked_error TEXT, 
	parked_fix TEXT, 
	CONSTRAINT pk_instance PRIMARY KEY (id), 
	CONSTRAINT uq_instance_name UNIQUE (name)
);
INSERT INTO instance VALUES(1,'lab','lab','a10f5ed9965d59945cc2224a9bc610d5',NULL,NULL,NULL);
INSERT INTO instance VALUES(2,'hiring','hiring','b63a09c53e5d6358e6025144e68ab834',NULL,NULL,NULL);
INSERT INTO instance VALUES(3,'news','rss','cec52339e69acccdd37ace16c32576f0',NULL,NULL,NULL);
INSERT INTO instance VALUES(4,'broken-key','','',1795187400000000,'the key was refused','renew LAB_KEY, then capteur resume broken-key');
CREATE TABLE watch (
	instance_id BIGINT NOT NULL, 
	account_id BIGINT NOT NULL, 
	next_due BIGINT NOT NULL, 
	cursor TEXT, 
	epoch BIGINT NOT NULL, 
	lease_until BIGINT NOT NULL, 
	fails BIGINT NOT NULL, 
	first_ok BIGINT, 
	last_ok BIGINT, 
	newest BIGINT, 
	last_status TEXT, 
	last_error TEXT, 
	CONSTRAINT pk_watch PRIMARY KEY (instance_id, account_id), 
	CONSTRAINT fk_watch_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id)
)
 WITHOUT ROWID

;
INSERT INTO watch VALUES(1,0,1795190400000000,'{"note":"it''s \u201cquoted\u201d","runs":2}',2,0,0,1795161600000000,1795186800000000,1795132800000000,'ok',NULL);
INSERT INTO watch VALUES(2,1,1795208400000000,'{"at":0,"board":"greenhouse:halyardrobotics","checked":1795161600,"counts":{"20699":1,"20713":1,"20727":1,"20741":1,"20756":1,"20765":1,"20770":2,"20774":1},"first":20699,"floor":0,"jobs":{"4123686804":["x",20770],"4193474834":["o",20774,"Head of Revenue Operations"],"4489360185":["o",20770,"Revenue Operations Analyst"],"4819545043":["x",20741],"5114998419":["x",20713],"5400542613":["x",20699],"5420055056":["o",20765,"CRM Administrator"],"5582408398":["x",20727],"7082390082":["x",20756]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1794885120000000,'ok',NULL);
INSERT INTO watch VALUES(2,2,1795208400000000,'{"at":0,"board":"ashby:atelier-sante","checked":1795161600,"counts":{"20737":1,"20772":1,"20775":1},"first":20737,"floor":0,"jobs":{"~SPUaKenOVkWG-tjNx5ZDVQ":["o",20775,"CRM & Lifecycle Manager"],"~ncA1HAR_WQeFBInqaa48sg":["o",20772,"Responsable RevOps (F/H)"],"~xmdkVRPmXuOoWLqYPRq4Mw":["x",20737]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',3,1795188300000000,0,1795161600000000,1795186800000000,1794997440000000,'ok',NULL);
INSERT INTO watch VALUES(2,3,1795208400000000,'{"at":0,"board":"greenhouse:nordlysfreight","checked":1795161600,"counts":{"20665":1,"20677":1,"20689":1,"20702":1,"20714":1,"20726":1,"20738":1,"20751":1,"20763":2,"20772":2,"20773":4,"20774":4,"20775":3,"20776":5,"20777":1},"first":20665,"floor":0,"jobs":{"4062174132":["x",20702],"4075484223":["x",20774],"4075681558":["o",20776,"Marketing Operations Specialist"],"4130976325":["x",20773],"4190938181":["o",20763,"Sales Operations Manager, Nordics"],"4217958544":["x",20777],"4278802848":["x",20774],"4380041390":["x",20726],"4806165911":["x",20773],"4832532667":["x",20773],"5026699782":["x",20774],"5149109696":["x",20714],"5227739031":["x",20776],"5269323053":["x",20774],"5433797850":["x",20772],"5933627963":["x",20689],"6155650378":["x",20775],"6207547390":["x",20738],"6517548807":["x",20776],"6781499093":["x",20775],"6903588052":["x",20751],"6983658449":["x",20763],"6993330883":["x",20772],"7041055833":["x",20677],"7340085982":["x",20776],"7646851437":["x",20773],"7843506401":["x",20776],"7947430573":["x",20775],"7990611073":["x",20665]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1795149599000000,'ok',NULL);
INSERT INTO watch VALUES(2,4,1795208400000000,'{"at":0,"board":"greenhouse:unheard","checked":0,"counts":{},"first":null,"floor":0,"jobs":{},"retry":0,"rules":"","since":null,"v":1}',2,0,0,1795161600000000,1795161600000000,1794591360000000,'skipped','no job board found: greenhouse:unheard does not exist');
INSERT INTO watch VALUES(2,5,1795208400000000,'{"at":0,"board":"lever:pipandpebble","checked":1795161600,"counts":{"20752":1,"20775":1},"first":20752,"floor":0,"jobs":{"~43PnHLNPXOWOEtkpiI3pcw":["o",20775,"Founding RevOps Manager"],"~Be3qGULPVRScsqnop1I1Bg":["x",20752]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1795032000000000,'ok',NULL);
INSERT INTO watch VALUES(2,6,1795208400000000,'{"at":0,"board":"ashby:balticgrid","checked":1795161600,"counts":{"20756":1,"20763":1},"first":20756,"floor":0,"jobs":{"~5K62fJvcU9qQ-JljWDM14Q":["o",20756,"CRM Solution Owner"],"~6vtjemY6Xxe5G72XPivMng":["x",20763]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1793952000000000,'ok',NULL);
INSERT INTO watch VALUES(2,7,1795208400000000,'{"at":0,"board":"greenhouse:patientfurniture","checked":1795161600,"counts":{"20677":1,"20746":1},"first":20677,"floor":0,"jobs":{"4097399819":["x",20677],"5405413259":["o",20746,"Sales Operations Analyst"]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1792483200000000,'ok',NULL);
INSERT INTO watch VALUES(2,8,1795208400000000,'{"at":0,"board":"ashby:nandu-viajes","checked":1795161600,"counts":{"20747":1,"20768":1},"first":20747,"floor":0,"jobs":{"~ScOlIk2JVYuOqEPhH1N_JA":["o",20768,"Especialista CRM"],"~Zza79G9uUHSY6t8l639X4g":["x",20747]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1794401280000000,'ok',NULL);
INSERT INTO watch VALUES(2,9,1795208400000000,'{"at":0,"board":"greenhouse:gruenwald","checked":1795161600,"counts":{"20717":1,"20761":1},"first":20717,"floor":0,"jobs":{"4622009947":["o",20761,"Referent Sales Operations (m/w/d)"],"5541215184":["x",20717]},"retry":0,"rules":"1e3b3270ef9d","since":20777,"v":1}',2,0,0,1795161600000000,1795186800000000,1793779200000000,'ok',NULL);
INSERT INTO watch VALUES(3,0,1795190400000000,NULL,1,0,0,1795186800000000,1795186800000000,1794945600000000,'ok',NULL);
CREATE TABLE validator (
	scope TEXT NOT NULL, 
	url TEXT NOT NULL, 
	account_id BIGINT NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	CONSTRAINT pk_validator PRIMARY KEY (scope, url)
)
 WITHOUT ROWID

;
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://api.ashbyhq.com/posting-api/job-board/atelier-sante?includeCompensation=true',2,'W/"66d4f5dcf6e12213130b52f7912e6b90"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://api.ashbyhq.com/posting-api/job-board/balticgrid?includeCompensation=true',6,'W/"f06ccaca68c2f8e46f9f9e05e4afa320"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://api.ashbyhq.com/posting-api/job-board/nandu-viajes?includeCompensation=true',8,'W/"faad2dc00a0f773e8f247e47f82353d1"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://api.lever.co/v0/postings/pipandpebble?mode=json',5,'W/"b3e5fc58cdb41c6d4dbf7e47342695aa"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://boards-api.greenhouse.io/v1/boards/gruenwald/jobs?content=true',9,'W/"ca85dd8a2287449d898a19224586c44d"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://boards-api.greenhouse.io/v1/boards/halyardrobotics/jobs?content=true',1,'W/"f86b643335187f90bc50ac08094d24d4"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://boards-api.greenhouse.io/v1/boards/nordlysfreight/jobs?content=true',3,'W/"2adf4277252c9ad2b0cb789c66b74c27"',NULL);
INSERT INTO validator VALUES('hiring|0.1.0|b63a09c53e5d6358e6025144e68ab834','https://boards-api.greenhouse.io/v1/boards/patientfurniture/jobs?content=true',7,'W/"a76de272dfdb73304071f52e992f0de5"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://atelier-sante.example/news/feed.xml',0,'W/"f1320d617ed5432840d6ac9604e3179b"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://brightwater.example/news/feed.xml',0,'W/"136ba273820ca356848188ad9c92dfb9"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://clearwater-ledger.example/news/feed.xml',0,'W/"002c2fe770ec7d504558b736880da174"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://halyard.example/news/feed.xml',0,'W/"8c60239bab77a0a2a7a01277519e3862"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://quarry-analytics.example/news/feed.xml',0,'W/"f8617f8665542e97e5b59dfa7a20f951"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://quaygazette.example/about/kestrelpay.example.atom',0,'W/"0a4b60442e663becd03dd6adedcb0105"',NULL);
INSERT INTO validator VALUES('news|0.1.0|cec52339e69acccdd37ace16c32576f0','https://sable-interactive.example/news/feed.xml',0,'W/"8d46bebafddb5c672f9a2d36a425faaa"',NULL);
CREATE TABLE run (
	id INTEGER NOT NULL, 
	instance_id BIGINT NOT NULL, 
	started_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	units BIGINT NOT NULL, 
	ok BIGINT NOT NULL, 
	failed BIGINT NOT NULL, 
	skipped BIGINT NOT NULL, 
	new BIGINT NOT NULL, 
	updated BIGINT NOT NULL, 
	unchanged BIGINT NOT NULL, 
	bad BIGINT NOT NULL, 
	requests BIGINT NOT NULL, 
	error TEXT, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT fk_run_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id)
);
INSERT INTO run VALUES(1,1,1795161600000000,1795161600000000,1,1,0,0,10,0,0,0,0,NULL);
INSERT INTO run VALUES(2,2,1795161600000000,1795161600000000,9,9,0,0,55,0,0,0,42,NULL);
INSERT INTO run VALUES(3,1,1795186800000000,1795186800000000,1,1,0,0,0,1,9,0,0,NULL);
INSERT INTO run VALUES(4,2,1795186800000000,1795186800000000,9,8,0,1,0,0,1,0,9,'no job board found: greenhouse:unheard does not exist');
INSERT INTO run VALUES(5,3,1795186800000000,1795186800000000,1,1,0,0,8,0,0,0,7,NULL);
CREATE TABLE stale (
	account_id BIGINT NOT NULL, 
	kind_id BIGINT NOT NULL, 
	from_day BIGINT NOT NULL, 
	CONSTRAINT pk_stale PRIMARY KEY (account_id, kind_id)
)
 WITHOUT ROWID

;
INSERT INTO stale VALUES(2,7,20774);
CREATE TABLE version (
	id INTEGER NOT NULL, 
	model TEXT NOT NULL, 
	estimator TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	params TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_version PRIMARY KEY (id), 
	CONSTRAINT uq_version_model_hash UNIQUE (model, hash)
);
INSERT INTO version VALUES(1,'main','evidence@1','72dce078f7f943fb','{"K":9.0,"ask_counts":1.0,"ask_half_life":"21d","ask_height":9.0,"damps":{},"kind_doubt":0.5,"kinds":{},"neutral":[],"r":0.6,"sequences":[],"sparse_doubt":0.5,"topics":null,"undeclared":{"half_life":"30d","weight":1.0},"vetoes":[]}',1795161600000000);
CREATE TABLE state (
	version_id BIGINT NOT NULL, 
	account_id BIGINT NOT NULL, 
	kind_id BIGINT NOT NULL, 
	sealed_day BIGINT NOT NULL, 
	sealed BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	total BLOB NOT NULL, 
	n BIGINT NOT NULL, 
	CONSTRAINT pk_state PRIMARY KEY (version_id, account_id, kind_id), 
	CONSTRAINT fk_state_version_id FOREIGN KEY(version_id) REFERENCES version (id)
)
 WITHOUT ROWID

;
INSERT INTO state VALUES(1,1,4,20777,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1795132800000000,X'000000000000e03f000000000000e03f000000000000e03f',1);
INSERT INTO state VALUES(1,1,5,20768,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794358080000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,1,7,20776,X'ef1caf33f2fd054072e1dce143b8fc3f6c3cc51b8be2044000000000000008400000f607c1811943',1795046400000000,X'9ac759de9ca80840641b999bcc06014017e76fc6358d0740',4);
INSERT INTO state VALUES(1,1,8,20744,X'00000000000000000000000000000000',1792310400000000,X'',1);
INSERT INTO state VALUES(1,1,9,20770,X'000000000000144000206b9d147c1943',1794549602000000,X'',6);
INSERT INTO state VALUES(1,2,5,20768,X'58a677c00defed3fa13d92aab321db3f1bd47fd530d2e93f000000000000f03f00005b211a7d1943',1794389400000000,X'3f10e6944352fd3f8ce4e8d714ecf43ff21ac15d442ffb3f',2);
INSERT INTO state VALUES(1,2,7,20775,X'e3ca5feb39aaee3f07527ba1e654e83fba32064db7e1ed3f000000000000f03f00c02a2528811943',1794997440000000,X'eabc9c4f003bff3fd00ba883a3a7fb3ff2e404070cc8fe3f',2);
INSERT INTO state VALUES(1,2,9,20737,X'00000000000000000000000000000000',1791705600000000,X'',1);
INSERT INTO state VALUES(1,3,6,20776,X'000000000000000000000000000000000000000000000000',1795118645678901,X'000000000000f03f',1);
INSERT INTO state VALUES(1,3,7,20776,X'b15aaab50a88ea3fe9cce7545a2fd33f0cb5bb5792ade73f000000000000f03f00c07f3a847e1943',1795049280000000,X'6e0d99174742fd3f173e95cbcac7f43f74e1903249d4fb3f',2);
INSERT INTO state VALUES(1,3,9,20777,X'0000000000003a40004525fea0821943',1795149599000000,X'',27);
INSERT INTO state VALUES(1,3,10,20774,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794873600000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,4,5,20736,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1791619200000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,4,7,20770,X'bc2164378099ea3f87f822761481d33fe62c9ef2a1c6e73f000000000000f03f000089d7ae7c1943',1794591360000000,X'fb44c1f68126fd3f74e655d3d688f43fb423981c91acfb3f',2);
INSERT INTO state VALUES(1,4,9,20727,X'000000000000f03f0000f0466a721943',1790841600000000,X'',2);
INSERT INTO state VALUES(1,5,7,20775,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1795032000000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,5,9,20752,X'00000000000000000000000000000000',1793001600000000,X'',1);
INSERT INTO state VALUES(1,6,7,20756,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1793347200000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,6,9,20763,X'00000000000000000000000000000000',1793952000000000,X'',1);
INSERT INTO state VALUES(1,7,7,20746,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1792483200000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,7,9,20677,X'00000000000000000000000000000000',1786521600000000,X'',1);
INSERT INTO state VALUES(1,8,7,20768,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794401280000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,8,9,20747,X'00000000000000000000000000000000',1792569600000000,X'',1);
INSERT INTO state VALUES(1,9,7,20761,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1793779200000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,9,9,20717,X'00000000000000000000000000000000',1789977600000000,X'',1);
INSERT INTO state VALUES(1,11,11,20771,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794686400000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,12,5,20774,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794945600000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,14,1,20777,X'00000000000000000000000000000000',1795161600000000,X'',1);
INSERT INTO state VALUES(1,14,5,20765,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1794124800000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,15,2,20777,X'00000000000000000000000000000000',1795161600000000,X'',1);
INSERT INTO state VALUES(1,16,3,20777,X'00000000000000000000000000000000',1795161600000000,X'',1);
INSERT INTO state VALUES(1,17,12,20769,X'000000000000000000000000000000000000000000000000',1794470400000000,X'000000000000f03f',1);
INSERT INTO state VALUES(1,26,8,20760,X'00000000000000000000000000000000',1793664000000000,X'',1);
INSERT INTO state VALUES(1,28,7,20759,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1793577600000000,X'000000000000f03f000000000000f03f000000000000f03f',1);
INSERT INTO state VALUES(1,29,7,20761,X'00000000000000000000000000000000000000000000000000000000000000000000000000000000',1793750400000000,X'000000000000e03f000000000000e03f000000000000e03f',1);
CREATE TABLE ceiling_rank (
	model TEXT NOT NULL, 
	account_id BIGINT NOT NULL, 
	ceiling DOUBLE NOT NULL, 
	CONSTRAINT pk_ceiling_rank PRIMARY KEY (model, account_id)
)
 WITHOUT ROWID

;
INSERT INTO ceiling_rank VALUES('main',15,0.0);
INSERT INTO ceiling_rank VALUES('main',16,0.0);
INSERT INTO ceiling_rank VALUES('main',17,0.0);
INSERT INTO ceiling_rank VALUES('main',26,0.0);
INSERT INTO ceiling_rank VALUES('main',29,1.3005167335311755838);
INSERT INTO ceiling_rank VALUES('main',7,1.8455143777804625671);
INSERT INTO ceiling_rank VALUES('main',6,2.0478435338772378315);
INSERT INTO ceiling_rank VALUES('main',28,2.1034551600964608297);
INSERT INTO ceiling_rank VALUES('main',9,2.1526254536452475996);
INSERT INTO ceiling_rank VALUES('main',8,2.3070121260288298792);
INSERT INTO ceiling_rank VALUES('main',11,2.4360801823106323915);
INSERT INTO ceiling_rank VALUES('main',5,2.4604118082413859447);
INSERT INTO ceiling_rank VALUES('main',14,2.9226797359258211983);
INSERT INTO ceiling_rank VALUES('main',12,3.0418379675857334376);
INSERT INTO ceiling_rank VALUES('main',4,4.497586454398644129);
INSERT INTO ceiling_rank VALUES('main',1,5.311620253965159577);
INSERT INTO ceiling_rank VALUES('main',2,5.3746917479337330547);
INSERT INTO ceiling_rank VALUES('main',3,9.2804637990776495115);
CREATE TABLE listing (
	model TEXT NOT NULL, 
	as_of BIGINT NOT NULL, 
	rank BIGINT NOT NULL, 
	account_id BIGINT NOT NULL, 
	intent DOUBLE, 
	CONSTRAINT pk_listing PRIMARY KEY (model, as_of, rank)
)
 WITHOUT ROWID

;
INSERT INTO listing VALUES('main',1795186800000000,1,3,9.280463799068368047);
INSERT INTO listing VALUES('main',1795186800000000,2,2,5.3746917479283577989);
INSERT INTO listing VALUES('main',1795186800000000,3,1,5.3116202539598473819);
INSERT INTO listing VALUES('main',1795186800000000,4,4,4.4975864543941463935);
INSERT INTO listing VALUES('main',1795186800000000,5,12,3.0418379675826914265);
INSERT INTO listing VALUES('main',1795186800000000,6,5,2.4604118082389252464);
INSERT INTO listing VALUES('main',1795186800000000,7,11,2.4360801823081961181);
INSERT INTO listing VALUES('main',1795186800000000,8,8,2.3006879684089311943);
INSERT INTO listing VALUES('main',1795186800000000,9,9,2.1464542212099675388);
INSERT INTO listing VALUES('main',1795186800000000,10,6,2.0418004659356130403);
INSERT INTO listing VALUES('main',1795186800000000,11,7,1.8397728521475127383);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('account',30);
CREATE INDEX ix_account_linked_to ON account (linked_to) WHERE linked_to IS NOT NULL;
CREATE INDEX ix_link_from_id ON link (from_id);
CREATE INDEX ix_link_to_id ON link (to_id);
CREATE INDEX ix_alias_account_id ON alias (account_id);
CREATE INDEX ix_outcome_account_id ON outcome (account_id);
CREATE INDEX ix_signal_account_id_event ON signal (account_id, event) WHERE event IS NOT NULL;
CREATE INDEX ix_signal_account_id_kind_id_occurred_at_strength ON signal (account_id, kind_id, occurred_at, strength);
CREATE INDEX ix_signal_past_account_id ON signal_past (account_id);
CREATE INDEX ix_signal_past_link_id ON signal_past (link_id) WHERE link_id IS NOT NULL;
CREATE INDEX ix_signal_past_signal_id ON signal_past (signal_id);
CREATE INDEX ix_watch_instance_id_next_due ON watch (instance_id, next_due);
CREATE INDEX ix_validator_account_id ON validator (account_id);
CREATE INDEX ix_run_instance_id_started_at ON run (instance_id, started_at);
CREATE INDEX ix_ceiling_rank_model_ceiling_account_id ON ceiling_rank (model, ceiling, account_id);
COMMIT;
